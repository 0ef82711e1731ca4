package io.carteggio.mail.outlook;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/// Windows' numbers for charsets, and the ones that its languages had before Unicode.
final class CodePages {
    static final Charset WESTERN = Charset.forName("windows-1252");

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(437, "IBM437"),
            Map.entry(850, "IBM850"),
            Map.entry(852, "IBM852"),
            Map.entry(866, "IBM866"),
            Map.entry(874, "x-windows-874"),
            Map.entry(932, "windows-31j"),
            Map.entry(936, "GBK"),
            Map.entry(949, "x-windows-949"),
            Map.entry(950, "x-windows-950"),
            Map.entry(1200, "UTF-16LE"),
            Map.entry(1201, "UTF-16BE"),
            Map.entry(10000, "x-MacRoman"),
            Map.entry(20127, "US-ASCII"),
            Map.entry(20866, "KOI8-R"),
            Map.entry(21866, "KOI8-U"),
            Map.entry(20932, "EUC-JP"),
            Map.entry(50220, "ISO-2022-JP"),
            Map.entry(50221, "ISO-2022-JP"),
            Map.entry(50222, "ISO-2022-JP"),
            Map.entry(50225, "ISO-2022-KR"),
            Map.entry(51932, "EUC-JP"),
            Map.entry(51936, "GB2312"),
            Map.entry(51949, "EUC-KR"),
            Map.entry(54936, "GB18030"),
            Map.entry(65001, "UTF-8"));

    private CodePages() {}

    /// The charset of a number; empty where this program has none by it.
    static Optional<Charset> of(int codePage) {
        String name = codePage >= 1250 && codePage <= 1258
                ? "windows-" + codePage
                : codePage > 28590 && codePage <= 28605
                        ? "ISO-8859-" + (codePage - 28590)
                        : NAMES.getOrDefault(codePage, "");
        return !name.isEmpty() && Charset.isSupported(name) ? Optional.of(Charset.forName(name)) : Optional.empty();
    }

    /// The charset of a language's Windows; the lower ten bits of a locale id are the language ([MS-LCID]).
    static Charset ofLocale(int localeId) {
        int page = switch (localeId & 0x3ff) {
            case 0x02, 0x19, 0x22, 0x23, 0x2f -> 1251; // Bulgarian, Russian, Ukrainian, Belarusian, Macedonian
            case 0x05, 0x0e, 0x15, 0x18, 0x1b, 0x1c, 0x24 -> 1250; // Czech, Hungarian, Polish, Romanian, …
            case 0x1a -> (localeId & 0xfc00) == 0x0c00 || (localeId & 0xfc00) == 0x1c00 ? 1251 : 1250;
            case 0x08 -> 1253;
            case 0x1f -> 1254;
            case 0x0d -> 1255;
            case 0x01, 0x20, 0x29 -> 1256;
            case 0x25, 0x26, 0x27 -> 1257;
            case 0x2a -> 1258;
            case 0x1e -> 874;
            case 0x11 -> 932;
            case 0x12 -> 949;
            case 0x04 -> localeId == 0x0404 || localeId == 0x0c04 || localeId == 0x1404 ? 950 : 936;
            default -> 1252;
        };
        return of(page).orElse(StandardCharsets.ISO_8859_1);
    }

    /// The charset of a font in RTF (`\fcharset`).
    static Optional<Charset> ofFont(int fontCharset) {
        return switch (fontCharset) {
            case 0 -> of(1252);
            case 77 -> of(10000);
            case 128 -> of(932);
            case 129 -> of(949);
            case 134 -> of(936);
            case 136 -> of(950);
            case 161 -> of(1253);
            case 162 -> of(1254);
            case 163 -> of(1258);
            case 177 -> of(1255);
            case 178 -> of(1256);
            case 186 -> of(1257);
            case 204 -> of(1251);
            case 222 -> of(874);
            case 238 -> of(1250);
            case 254 -> of(437);
            default -> Optional.empty();
        };
    }
}
