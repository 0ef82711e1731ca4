package io.carteggio.server.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.carteggio.archive.entry.JournalScope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// JOURNAL-FORMATS 9.
class RuleImportTest {
    private static final ForeignRule ALL = new ForeignRule(
            "All mail", Optional.of(JournalScope.GLOBAL), Optional.empty(), "archive@archive.example.org", true);
    private static final ForeignRule ANNA = new ForeignRule(
            "Anna's, \"special\"",
            Optional.of(JournalScope.EXTERNAL),
            Optional.of("anna@firm.example"),
            "j@archive.example.org",
            false);

    private static List<ForeignRule> read(String text) {
        return RuleImport.read(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void csv() {
        assertThat(read("""
                #TYPE Selected.Microsoft.Exchange.MessagingPolicies.Journaling.JournalRuleObject
                "Name","Recipient","JournalEmailAddress","Scope","Enabled"
                "All mail",,"archive@archive.example.org","Global","True"
                "Anna's, ""special""\","anna@firm.example","SMTP:j@archive.example.org","External","False"

                """)).containsExactly(ALL, ANNA);
        assertThat(
                        read(
                                "Enabled;Scope;JournalEmailAddress;Name\r\nTrue;Global;archive@archive.example.org;All mail\r\n"))
                .containsExactly(ALL);
    }

    @Test
    void json() {
        assertThat(read("""
                {"Name":"All mail","Recipient":null,"JournalEmailAddress":"archive@archive.example.org","Scope":"Global","Enabled":true}
                """)).containsExactly(ALL);
        assertThat(read("""
                [{"Name":"Anna's, \\"special\\"","Recipient":{"Length":17,"IsValidAddress":true,"Local":"anna","Domain":"firm.example"},
                  "JournalEmailAddress":"j@archive.example.org","Scope":"External","Enabled":false},
                 {"Name":"numbers","JournalEmailAddress":"j@archive.example.org","Scope":2,"Enabled":true}]
                """))
                .containsExactly(
                        ANNA,
                        new ForeignRule("numbers", Optional.empty(), Optional.empty(), "j@archive.example.org", true));
    }

    @Test
    void clixml() {
        assertThat(read("""
                <Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">
                  <Obj RefId="0">
                    <TN RefId="0"><T>Selected.System.Management.Automation.PSCustomObject</T></TN>
                    <MS>
                      <S N="Name">All mail</S>
                      <Nil N="Recipient" />
                      <S N="JournalEmailAddress">archive@archive.example.org</S>
                      <Obj N="Scope" RefId="1"><ToString>Global</ToString><I32>2</I32></Obj>
                      <B N="Enabled">true</B>
                    </MS>
                  </Obj>
                  <Obj RefId="2">
                    <Props>
                      <S N="Name">Anna's, "special"</S>
                      <Obj N="Recipient" RefId="3"><ToString>anna@firm.example</ToString></Obj>
                      <S N="JournalEmailAddress">j@archive.example.org</S>
                      <Obj N="Scope" RefId="4"><ToString>External</ToString></Obj>
                      <B N="Enabled">false</B>
                    </Props>
                  </Obj>
                </Objs>
                """)).containsExactly(ALL, ANNA);
    }

    @Test
    void desiredState() {
        assertThat(read("""
                Configuration Tenant {
                    Node localhost {
                        EXOJournalRule 'All mail' { Name="All mail"; JournalEmailAddress="archive@archive.example.org"; Recipient=$null; RuleScope="Global"; Enabled=$True; Ensure="Present" }
                        EXOJournalRule "x"
                        {
                            Name                 = 'Anna''s, "special"'
                            JournalEmailAddress  = 'j@archive.example.org';
                            Recipient            = 'anna@firm.example'
                            RuleScope            = 'External'
                            Enabled              = $false
                        }
                        EXOJournalRule gone { Name='gone'; JournalEmailAddress='j@archive.example.org'; Ensure='Absent' }
                    }
                }
                """)).containsExactly(ALL, ANNA);
    }

    @Test
    void formatList() {
        assertThat(read("""

                RunspaceId          : 1d1e
                Name                : All mail
                Recipient           :
                JournalEmailAddress : archive@archive.
                                      example.org
                Scope               : Global
                Enabled             : True
                Guid                : 0

                Name                : Anna's, "special"
                Recipient           : anna@firm.example
                JournalEmailAddress : j@archive.example.org
                Scope               : External
                Enabled             : False
                """)).containsExactly(ALL, ANNA);
    }

    @Test
    void collectionInXml() {
        assertThat(read("""
                <?xml version="1.0" encoding="utf-16"?>
                <rules name="JournalingVersioned">
                  <rule name="All mail" enabled="true">
                    <version requiredMinVersion="1.0.0.0"><condition><true /></condition>
                      <action name="Journal"><argument value="archive@archive.example.org" /></action></version>
                  </rule>
                  <rule name="Anna's, &quot;special&quot;" enabled="false">
                    <scope>External</scope>
                    <condition><recipient value="anna@firm.example"/></condition>
                    <journalEmailAddress>j@archive.example.org</journalEmailAddress>
                  </rule>
                </rules>
                """)).containsExactly(ALL, ANNA);
    }

    @Test
    void withMarksAndInUtf16() {
        String csv = "\"Name\",\"JournalEmailAddress\"\r\n\"\u00dcbersicht\",\"j@archive.example.org\"\r\n";
        for (byte[] file : List.of(
                ("\ufeff" + csv).getBytes(StandardCharsets.UTF_8),
                ("\ufeff" + csv).getBytes(StandardCharsets.UTF_16LE),
                ("\ufeff" + csv).getBytes(StandardCharsets.UTF_16BE),
                csv.getBytes(StandardCharsets.UTF_16LE))) {
            assertThat(RuleImport.read(file)).extracting(ForeignRule::name).containsExactly("\u00dcbersicht");
        }
    }

    @ParameterizedTest
    @EnumSource(RuleExport.Form.class)
    void whatIsWrittenIsReadBack(RuleExport.Form form) {
        List<ForeignRule> rules = List.of(
                ALL,
                ANNA,
                new ForeignRule(
                        "<&>\u00e4", Optional.of(JournalScope.INTERNAL), Optional.empty(), "x@y.example", true));
        assertThat(read(RuleExport.write(rules, form))).isEqualTo(rules);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "hello",
                "{",
                "[]",
                "{\"a\":",
                "<",
                "<rules/>",
                "<Objs/>",
                "<a><b></a>",
                "Name,Other\r\nx,y",
                "Name: \n",
                "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rules>&x;</rules>",
            })
    void whatIsNoListOfRulesIsRefusedWithASentence(String text) {
        try {
            assertThat(read(text)).allMatch(rule -> rule.mailbox().isEmpty());
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    @Test
    void deepAndEndlessFilesAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> read("<a>".repeat(500) + "</a>".repeat(500)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RuleImport.read(new byte[RuleImport.FILE_BYTES_LIMIT + 1]));
        String bomb =
                "<!DOCTYPE b [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><rules><rule>&b;</rule></rules>";
        assertThatIllegalArgumentException().isThrownBy(() -> read(bomb));
    }

    /// Pieces of all forms, put together by chance: either rules or a sentence, never anything else.
    @Test
    void nothingBreaksTheReader() {
        List<String> pieces = new ArrayList<>(List.of(
                "Name",
                ":",
                "=",
                ",",
                ";",
                "\"",
                "'",
                "{",
                "}",
                "[",
                "]",
                "<",
                ">",
                "/",
                "\n",
                " ",
                "rule",
                "Objs",
                "Obj",
                "EXOJournalRule",
                "JournalEmailAddress",
                "x@y.example",
                "$True",
                "\ufeff",
                "null",
                "1",
                "\0"));
        Random random = new Random(7);
        for (int i = 0; i < 30_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(30); n >= 0; n--) {
                text.append(pieces.get(random.nextInt(pieces.size())));
            }
            try {
                assertThat(read(text.toString())).isNotEmpty();
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).as("%s", text).isNotBlank();
            }
        }
    }
}
