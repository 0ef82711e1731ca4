package io.carteggio.mail.outlook;

import io.carteggio.mail.Content;
import io.carteggio.mail.mime.Letter;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.mime.ReadLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A recomposed mail, for tests.
record Recomposed(Content mail, Letter letter, List<String> troubles) {
    static Recomposed of(OutlookItem item) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<String> troubles = Recomposer.write(item, out);
        Content mail = Content.of(out.toByteArray());
        return new Recomposed(mail, LetterReader.read(mail, ReadLimits.DEFAULT), troubles);
    }

    static Recomposed of(MsgMaker msg) throws IOException {
        return of(Outlook.msg(Content.of(msg.make())));
    }

    String source() throws IOException {
        return new String(mail.toByteArray(Integer.MAX_VALUE), StandardCharsets.UTF_8);
    }
}
