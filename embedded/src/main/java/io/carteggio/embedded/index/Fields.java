package io.carteggio.embedded.index;

import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.util.BytesRef;

/// The schema: what a document of the index consists of. Any change of it, or of how words are made, needs
/// another [#SCHEMA], by which an older index is recognised and made anew.
final class Fields {
    static final String SCHEMA = "8";

    /// Number of the letter as eight octets, big endian: by this a document is replaced.
    static final String KEY = "key";

    /// Doc value: number of the letter. The index is sorted by it, oldest first.
    static final String NUMBER = "number";

    /// Digests of the letter's id and of its Message-ID.
    static final String ID = "id";

    /// Words of the text, and of letters inside.
    static final String TEXT = "text";

    /// Words of attachments.
    static final String ATTACHED = "attached";

    /// The version of who has read them, where anybody has.
    static final String READER = "reader";

    /// Doc value: what was read, by [TextSeal]. Not part of sums: it vouches for itself, and for [#ATTACHED].
    static final String SEALED = "sealed";

    static final String SUBJECT = "subject";

    /// Words of attachments' names.
    static final String FILE = "file";

    /// Words of attachments' media types.
    static final String TYPE = "type";

    /// People that everybody sees who sees the letter.
    static final String FROM = "from";

    static final String TO = "to";
    static final String CC = "cc";
    static final String LIST = "list";

    /// Words of labels: for who reads for herself, what is found here must be compared with [#ENVELOPES].
    static final String LABEL = "label";

    /// People that perhaps not everybody sees: what is found here must be compared with [#ENVELOPES].
    static final String HIDDEN = "hidden";

    /// Doc value: [Envelopes], where the fields alone do not say who may see what.
    static final String ENVELOPES = "envelopes";

    /// Address keys of everybody in an envelope: who may see the letter.
    static final String WHO = "who";

    /// Address keys of those whom the header of a plain mail names as having got it: a group among them is all
    /// of its members.
    static final String NAMED = "named";

    /// Doc value: the milliseconds at which all testimonies vouch for the letter; absent where they do not
    /// agree.
    static final String AT = "at";

    /// Doc value: the seconds of the date shown.
    static final String DATE = "date";

    /// Doc value: octets.
    static final String SIZE = "size";

    /// Doc value: about how long its text is, as Lucene writes a length into one octet: for ranking.
    static final String LENGTH = "length";

    /// What it answers, or resumes ([io.carteggio.archive.search.Answering]): a letter for the kind, then the key.
    static final String LINK = "link";

    static final String FLAG = "flag";
    static final String FLAG_ATTACHMENT = "attachment";
    static final String FLAG_NOT_FULLY_SEARCHED = "partly";

    /// With each reason's word behind it.
    static final String FLAG_SHORTFALL = "partly:";

    /// There is no [#AT].
    static final String FLAG_SEVERAL_INSTANTS = "several";

    /// Stored: [Shown].
    static final String SHOWN = "shown";

    /// Terms in order, without Lucene's own numbers for ranking: [Relevance] has others.
    static final FieldType WORDS = type(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS, true);

    /// One term, as it is.
    static final FieldType KEYS = type(IndexOptions.DOCS, false);

    /// Terms from a stream, as they are.
    static final FieldType KEY_STREAM = type(IndexOptions.DOCS, true);

    private Fields() {}

    private static FieldType type(IndexOptions options, boolean stream) {
        FieldType type = new FieldType();
        type.setTokenized(stream);
        type.setOmitNorms(true);
        type.setIndexOptions(options);
        type.freeze();
        return type;
    }

    static BytesRef key(long number) {
        byte[] octets = new byte[Long.BYTES];
        for (int i = 0; i < Long.BYTES; i++) {
            octets[i] = (byte) (number >>> (56 - 8 * i));
        }
        return new BytesRef(octets);
    }
}
