package io.carteggio.mail.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MailDateTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // RFC 5322 appendix A
                "Fri, 21 Nov 1997 09:55:06 -0600                     | 1997-11-21T15:55:06Z",
                "Tue, 1 Jul 2003 10:52:37 +0200                      | 2003-07-01T08:52:37Z",
                "21 Nov 97 09:55:06 GMT                              | 1997-11-21T09:55:06Z",
                "Thu,\t13\tFeb\t1969 23:32 -0330 (Newfoundland Time) | 1969-02-14T03:02:00Z",
                "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600     | ",
                // two blanks before the day, none after the comma, no day of the week
                "Tue,  1 Jun 2021 10:00:00 +0200                     | 2021-06-01T08:00:00Z",
                "Tue,1 Jun 2021 10:00:00 +0200                       | 2021-06-01T08:00:00Z",
                "1 Jun 2021 10:00 +0000                              | 2021-06-01T10:00:00Z",
                "Tuesday, 1 June 2021 10:00:00 +0200                 | 2021-06-01T08:00:00Z",
                // years of two and three digits (RFC 5322 4.3)
                "1 Jun 49 10:00:00 +0000                             | 2049-06-01T10:00:00Z",
                "1 Jun 50 10:00:00 +0000                             | 1950-06-01T10:00:00Z",
                "1 Jun 102 10:00:00 +0000                            | 2002-06-01T10:00:00Z",
                // obsolete and military zones, none, and others
                "1 Jun 2021 10:00:00 EST                             | 2021-06-01T15:00:00Z",
                "1 Jun 2021 10:00:00 PDT                             | 2021-06-01T17:00:00Z",
                "1 Jun 2021 10:00:00 Z                               | 2021-06-01T10:00:00Z",
                "1 Jun 2021 10:00:00 UT                              | 2021-06-01T10:00:00Z",
                "1 Jun 2021 10:00:00 K                               | 2021-06-01T10:00:00Z",
                "1 Jun 2021 10:00:00 -0000                           | 2021-06-01T10:00:00Z",
                "1 Jun 2021 10:00:00                                 | 2021-06-01T10:00:00Z",
                "1 Jun 2021 10:00:00 +02:00                          | 2021-06-01T08:00:00Z",
                "1 Jun 2021 10:00:00 GMT+0200                        | 2021-06-01T08:00:00Z",
                "1 Jun 2021 10:00:00 +0200 (CEST (summer))           | 2021-06-01T08:00:00Z",
                "1 Jun 2021 10:00:00 -600                            | 2021-06-01T16:00:00Z",
                "1 Jun 2021 10:00:00 +02                             | 2021-06-01T08:00:00Z",
                // leap second, other forms
                "31 Dec 2016 23:59:60 +0000                          | 2016-12-31T23:59:59Z",
                "Wed Jun 30 21:49:08 1993                            | 1993-06-30T21:49:08Z",
                "Wed 29 May 2019 06:09:22 PM EDT                     | 2019-05-29T22:09:22Z",
                "Wed 29 May 2019 12:09:22 AM EDT                     | 2019-05-29T04:09:22Z",
                "07-Jun-2002 10:00:00 +0000                          | 2002-06-07T10:00:00Z",
                "2002-06-07 10:00:00 +0000                           | 2002-06-07T10:00:00Z",
                "=?utf-8?B?RnJpIEp1bCAxOSAxNToxMDoyNSAyMDEzCg==?=    | 2013-07-19T15:10:25Z",
            })
    void reads(String written, Instant meant) {
        if (meant == null) {
            assertThat(MailDate.parse(written)).isEmpty();
        } else {
            assertThat(MailDate.parse(written)).contains(meant);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Whenever",
                "7370951615",
                "31 Feb 2021 10:00:00 +0000",
                "1 Jun 2021",
                "10:00:00",
                "1 Jun 2021 25:00:00 +0000",
                "1 Jun 20210 10:00:00 +0000",
                "1 Jun 2021 1:2:3:4 +0000",
                "1 Jun 2021 10:99999999999:00 +0000",
                "99999999999 Jun 2021 10:00:00 +0000",
                "-/-/- 1:1",
                "1-- 1:1",
                "+ - :",
                "1//2 10:00",
                "(",
                "1 Jun 2021 10:00:00 (",
            })
    void neverFails(String written) {
        MailDate.parse(written).ifPresent(date -> assertThat(written).startsWith("1 Jun 2021 10:00:00"));
    }
}
