package io.carteggio.embedded.index;

import io.carteggio.mail.Address;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.MultiPhraseQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;

/// Words that are looked for, ready to be asked of a field or to be compared with a person's terms.
///
/// @param tokens adjacent words
/// @param exact an address or `@domain` that is meant as a whole
/// @param prefix whether the last word, or the address, may go on
record Wanted(List<Words.Token> tokens, Optional<String> exact, boolean prefix) {
    /// Most words that the last one of a phrase may go on to; with more of them the order of the words is not looked
    /// at.
    static final int CONTINUATIONS_LIMIT = 1_000;

    static Wanted of(String text, boolean prefix) {
        String word = text.strip();
        int at = word.lastIndexOf('@');
        boolean address = at >= 0 && at < word.length() - 1 && word.codePoints().noneMatch(Character::isWhitespace);
        Optional<String> exact = address && word.indexOf('<') < 0
                ? Optional.of(PeopleWords.bounded(
                        at == 0 ? "@" + Address.domainKey(word.substring(1)) : new Address(word).key()))
                : Optional.empty();
        return new Wanted(Words.wanted(text), exact, prefix);
    }

    /// Whether there is nothing in it that the index knows: punctuation.
    boolean isVoid() {
        return tokens.isEmpty() && exact.isEmpty();
    }

    /// A person's field: a whole address is compared as a whole.
    Query person(String field, IndexReader reader) throws IOException {
        if (exact.isPresent()) {
            Term term = new Term(field, exact.get());
            return prefix ? new PrefixQuery(term) : new TermQuery(term);
        }
        return words(field, reader);
    }

    /// A field of words.
    Query words(String field, IndexReader reader) throws IOException {
        if (tokens.isEmpty()) {
            return new MatchNoDocsQuery("no word");
        }
        if (tokens.size() == 1) {
            Term term = new Term(field, tokens.getFirst().word());
            return prefix ? new PrefixQuery(term) : new TermQuery(term);
        }
        return prefix ? phraseThatGoesOn(field, reader) : phrase(field);
    }

    private Query phrase(String field) {
        PhraseQuery.Builder phrase = new PhraseQuery.Builder();
        for (Words.Token token : tokens) {
            phrase.add(new Term(field, token.word()), token.position());
        }
        return phrase.build();
    }

    private Query phraseThatGoesOn(String field, IndexReader reader) throws IOException {
        Words.Token last = tokens.getLast();
        List<Term> continuations = continuations(field, last.word(), reader);
        if (continuations.isEmpty()) {
            return new MatchNoDocsQuery("no such word");
        }
        List<Words.Token> before = tokens.subList(0, tokens.size() - 1);
        if (continuations.size() > CONTINUATIONS_LIMIT) {
            BooleanQuery.Builder all = new BooleanQuery.Builder();
            before.forEach(t -> all.add(new TermQuery(new Term(field, t.word())), Occur.FILTER));
            return all.add(new PrefixQuery(new Term(field, last.word())), Occur.FILTER)
                    .build();
        }
        MultiPhraseQuery.Builder phrase = new MultiPhraseQuery.Builder();
        before.forEach(t -> phrase.add(new Term[] {new Term(field, t.word())}, t.position()));
        phrase.add(continuations.toArray(Term[]::new), last.position());
        return phrase.build();
    }

    private static List<Term> continuations(String field, String stem, IndexReader reader) throws IOException {
        BytesRef start = new BytesRef(stem);
        TreeSet<BytesRef> found = new TreeSet<>();
        for (LeafReaderContext leaf : reader.leaves()) {
            Terms terms = leaf.reader().terms(field);
            if (terms == null) {
                continue;
            }
            TermsEnum each = terms.iterator();
            if (each.seekCeil(start) == TermsEnum.SeekStatus.END) {
                continue;
            }
            for (BytesRef term = each.term(); term != null; term = each.next()) {
                if (!StringHelper.startsWith(term, start) || found.size() > CONTINUATIONS_LIMIT) {
                    break;
                }
                found.add(BytesRef.deepCopyOf(term));
            }
        }
        List<Term> continuations = new ArrayList<>();
        found.forEach(term -> continuations.add(new Term(field, term)));
        return continuations;
    }

    /// Whether a person with these terms ([PeopleWords#slots]) is meant: the same as [#person] asks of the index.
    boolean matches(List<List<String>> slots) {
        if (exact.isPresent()) {
            return slots.stream().anyMatch(terms -> terms.stream().anyMatch(t -> is(t, exact.get(), prefix)));
        }
        if (tokens.isEmpty()) {
            return false;
        }
        int first = tokens.getFirst().position();
        for (int start = 0; start < slots.size(); start++) {
            boolean all = true;
            for (int i = 0; all && i < tokens.size(); i++) {
                Words.Token token = tokens.get(i);
                int slot = start + token.position() - first;
                boolean last = i == tokens.size() - 1;
                all = slot < slots.size()
                        && slots.get(slot).stream().anyMatch(t -> is(t, token.word(), prefix && last));
            }
            if (all) {
                return true;
            }
        }
        return false;
    }

    private static boolean is(String term, String wanted, boolean prefix) {
        return prefix ? term.startsWith(wanted) : term.equals(wanted);
    }
}
