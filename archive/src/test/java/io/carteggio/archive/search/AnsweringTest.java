package io.carteggio.archive.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.search.Answering.Kind;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.mime.LetterReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnsweringTest {
    private static final LetterId ID = new LetterId.Maker(new byte[32]).of(Sha256.of(new byte[] {1}));

    private static Answering of(String header) throws IOException {
        byte[] mail = (header.replace("\n", "\r\n") + "\r\n\r\nText\r\n").getBytes(StandardCharsets.UTF_8);
        return Answering.of(LetterReader.header(Content.of(mail)), ID);
    }

    @Test
    void aLetterGoesBackToTheFirstThatItNames() throws IOException {
        long a = Answering.keyOfMessage("a@x");
        long own = Answering.keyOfMessage("own@x");
        assertThat(of("Message-ID: <own@x>")).isEqualTo(new Answering(own, Kind.BEGINS, 0));
        assertThat(of("Message-ID: <own@x>\nReferences: <a@x> <b@x>\nIn-Reply-To: <b@x>"))
                .isEqualTo(new Answering(own, Kind.ANSWERS, a));
        assertThat(of("Message-ID: <own@x>\nIn-Reply-To: <a@x>")).isEqualTo(new Answering(own, Kind.ANSWERS, a));
        assertThat(of("Message-ID: <own@x>\nReferences: <own@x> <a@x>").to())
                .as("it is no answer to itself")
                .isEqualTo(a);
        assertThat(of("Message-ID: <own@x>\nReferences: <own@x>").kind()).isEqualTo(Kind.BEGINS);
        assertThat(of("Message-ID: <own@x>\nReferences: nothing of the kind\nSubject: Re: The offer")
                        .kind())
                .isEqualTo(Kind.RESUMES);
        assertThat(of("Subject: x").own())
                .isNotEqualTo(0)
                .isEqualTo(of("Subject: y").own());
    }

    @Test
    void tenThousandReferencesAreOneStepBack() throws IOException {
        StringBuilder many = new StringBuilder("Message-ID: <own@x>\nReferences:");
        for (int i = 0; i < 10_000; i++) {
            many.append("\n <").append(i).append("@x>");
        }
        assertThat(of(many.toString()).to()).isEqualTo(Answering.keyOfMessage("0@x"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "Re: The offer#the offer#true",
                "RE:The   offer#the offer#true",
                "  AW: R: Re[2]: Sv: The offer#the offer#true",
                "Re^3: The offer#the offer#true",
                "Re(4) : The offer#the offer#true",
                "Ｒｅ：The offer#the offer#true",
                "回复：报价单#报价单#true",
                "The offer#the offer#false",
                "Fwd: The offer#fwd: the offer#false",
                "Re: Fwd: The offer#fwd: the offer#true",
                "Report: The offer#report: the offer#false",
                "R#r#false",
                "Re#re#false",
                "Re:##true",
                "Re[: x#re[: x#false",
            })
    void whatProgramsPutBeforeASubjectIsTakenOff(String subject, String base, boolean answer) {
        AnswerSubject read = AnswerSubject.of(subject);
        assertThat(read.base()).isEqualTo(Optional.ofNullable(base).orElse(""));
        assertThat(read.isAnswer()).isEqualTo(answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Re:", "Re: hi", "AW: ok?", "Re: ...", "Re: 1", "R: Re: "})
    void aSubjectThatSaysNothingResumesNothing(String subject) throws IOException {
        assertThat(of("Message-ID: <own@x>\nSubject: " + subject).kind()).isEqualTo(Kind.BEGINS);
    }

    @Test
    void anythingIsReadInNoTime() {
        Random random = new Random(7);
        String alphabet = "Re[(^:]) :Rrawsv\u0000\uD83D\uDE00é回复";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder subject = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                subject.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            AnswerSubject read = AnswerSubject.of(subject.toString());
            assertThat(AnswerSubject.of(read.base()).isAnswer())
                    .as(subject.toString())
                    .isFalse();
        }
        assertThat(AnswerSubject.of("Re: ".repeat(100_000)).base()).hasSizeLessThan(10);
        assertThat(AnswerSubject.of("x".repeat(1_000_000)).base()).hasSize(AnswerSubject.LIMIT_CHARS);
    }
}
