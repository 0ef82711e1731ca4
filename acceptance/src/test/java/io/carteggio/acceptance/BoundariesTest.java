package io.carteggio.acceptance;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.carteggio.archive.access.Scope;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.vault.Vault;
import java.io.File;
import java.io.IOException;
import java.net.IDN;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The borders between modules and packages (STYLE 2, 3, 10), held by the compiler only in part: the
/// rest stands here.
class BoundariesTest {
    private static JavaClasses main = new ClassFileImporter().importClasses();

    @BeforeAll
    static void read() {
        main = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_PACKAGE_INFOS)
                .importPackages("io.carteggio");
        assertThat(main).as("all modules are in sight").hasSizeGreaterThan(150);
    }

    // ---- modules ----

    @Test
    void mailIsAFunctionOfItsBytes() {
        noClasses()
                .that()
                .resideInAPackage("io.carteggio.mail..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "java.nio.file..", "java.nio.channels..", "java.net..", "java.sql..", "javax.net..")
                        .and(not(type(IDN.class)))) // a pure function that happens to live there
                .because("the grammar of mail does no I/O of its own")
                .check(main);
    }

    @Test
    void mailKnowsNothingButMime4j() {
        classes()
                .that()
                .resideInAPackage("io.carteggio.mail..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.carteggio.mail..", "java..", "org.apache.james.mime4j..", "org.jspecify.annotations..")
                .check(main);
    }

    @Test
    void theHeartHasNoDrivers() {
        classes()
                .that()
                .resideInAPackage("io.carteggio.archive..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                                "io.carteggio.mail..",
                                "io.carteggio.archive..",
                                "com.github.luben.zstd..", // the segment format's own compression, the same for every
                                // driver
                                "java.io..",
                                "java.lang..",
                                "java.math..",
                                "java.nio",
                                "java.nio.charset..",
                                "java.security..",
                                "java.text..",
                                "java.time..",
                                "java.util..",
                                "javax.crypto..",
                                "javax.security.auth.x500",
                                "org.jspecify.annotations..",
                                "org.slf4j..")
                        .or(type(InetAddress.class))) // the value; see the next rule
                .because("drivers for files, SQL and the index live in 'embedded'")
                .check(main);
    }

    /// Roles are given and withdrawn: what somebody was added as says nothing of what she may do now.
    @Test
    void whatSomebodyMayDoIsAskedOfTheRoles() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.carteggio.archive.attribution..")
                .should()
                .callMethod(Person.class, "role")
                .check(main);
    }

    /// An address written in digits is a value; finding one by its name asks the network.
    @Test
    void theHeartLooksNobodyUp() {
        noClasses()
                .that()
                .resideInAPackage("io.carteggio.archive..")
                .should()
                .callMethod(InetAddress.class, "getByName", String.class)
                .orShould()
                .callMethod(InetAddress.class, "getAllByName", String.class)
                .orShould()
                .callMethod(InetAddress.class, "getLocalHost")
                .orShould()
                .callMethod(InetAddress.class, "getHostName")
                .orShould()
                .callMethod(InetAddress.class, "getCanonicalHostName")
                .orShould()
                .callMethod(InetAddress.class, "isReachable", int.class)
                .check(main);
    }

    @Test
    void driversDoNotKnowTheRim() {
        noClasses()
                .that()
                .resideInAnyPackage("io.carteggio.mail..", "io.carteggio.archive..", "io.carteggio.embedded..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.carteggio.server..")
                .check(main);
    }

    /// What reads attachments hangs, leaks and crashes by what strangers send: it is another program
    /// (decision 0014).
    @Test
    void theServerNeverMeetsWhatReadsAttachments() throws IOException {
        List<String> foreign = List.of("tika", "poi-", "pdfbox", "fontbox", "xmlbeans", "carteggio-extract");
        List<String> ours = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(path -> path.substring(path.lastIndexOf(File.separatorChar) + 1))
                .toList();
        assertThat(ours)
                .as("the class path of these tests, which is the server's and more")
                .isNotEmpty()
                .noneMatch(jar -> foreign.stream().anyMatch(jar::contains));
        Path installed = Program.root().resolve("server/target/run");
        if (!Files.isDirectory(installed.resolve("extract"))) {
            return; // nothing was installed by ./carteggio since: ./check does so before its tests
        }
        assertThat(names(installed.resolve("lib")))
                .as("the class path of the installed program")
                .isNotEmpty()
                .noneMatch(jar -> foreign.stream().anyMatch(jar::contains));
        assertThat(names(installed.resolve("extract")))
                .as("the reader's, beside it")
                .anyMatch(jar -> jar.startsWith("tika-core"))
                .anyMatch(jar -> jar.startsWith("carteggio-extract"))
                .noneMatch(jar -> jar.startsWith("carteggio-server") || jar.startsWith("carteggio-archive"));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void onlyTheWiringNamesDrivers() {
        noClasses()
                .that()
                .resideInAPackage("io.carteggio.server..")
                .and()
                .resideOutsideOfPackage("io.carteggio.server.archive..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "org.sqlite..", "org.apache.lucene..")
                .check(main);
    }

    @Test
    void theListenerKnowsNoArchive() {
        noClasses()
                .that()
                .resideInAPackage("io.carteggio.server.smtp..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.carteggio.archive..", "io.carteggio.embedded..")
                .because("what stands behind the mailbox is an interface of the listener's own")
                .check(main);
    }

    /// What reads mail with private keys reaches nothing to keep it in.
    @Test
    void whatDecryptsKnowsNoArchive() {
        noClasses()
                .that()
                .resideInAPackage("io.carteggio.server.escrow..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.carteggio.archive..",
                        "io.carteggio.embedded..",
                        "java.nio.file..",
                        "java.nio.channels..",
                        "java.net..")
                .check(main);
    }

    @Test
    void packagesOfAModuleFormNoCycles() {
        for (String module : Set.of("mail", "archive", "embedded", "server")) {
            slices().matching("io.carteggio." + module + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    // the index is asked through a scope, always: that it cannot do without one is
                    // the point (P5)
                    .ignoreDependency(resideInAPackage("io.carteggio.archive.search.."), assignableTo(Scope.class))
                    .check(main);
        }
    }

    // ---- one way out ----

    @Test
    void onlyReadingHandsLettersToPeople() {
        noClasses()
                .that()
                .resideInAnyPackage("io.carteggio.server.web..", "io.carteggio.server.command..")
                .and()
                .haveSimpleNameNotContaining("Check") // compares sums and gives out nothing
                .should()
                .accessTargetWhere(targetOf(Vault.class, "read"))
                .because("P10: no reader goes round scope and audit")
                .check(main);
    }

    @Test
    void onlyTheWiringTakesArrivals() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.carteggio.archive..", "io.carteggio.embedded..", "io.carteggio.server.archive..")
                .should()
                .accessTargetWhere(targetOf(Vault.class, "append"))
                .because("P10: no path goes round the intake")
                .check(main);
    }

    private static DescribedPredicate<JavaAccess<?>> targetOf(Class<?> owner, String method) {
        return describe(
                owner.getSimpleName() + "." + method,
                access -> access.getTargetOwner().isAssignableTo(owner)
                        && access.getName().equals(method));
    }

    // ---- time and chance are handed in ----

    @Test
    void mailAndArchiveAskNoClock() {
        Map<String, String> asked = Map.of(
                Instant.class.getName(), "now",
                Clock.class.getName(), "systemUTC",
                System.class.getName(), "currentTimeMillis");
        noClasses()
                .that()
                .resideInAnyPackage("io.carteggio.mail..", "io.carteggio.archive..")
                .should()
                .accessTargetWhere(describe(
                        "a clock of the system's",
                        access -> access.getName()
                                .equals(asked.getOrDefault(
                                        access.getTargetOwner().getName(), ""))))
                .check(main);
    }

    // ---- house rules ----

    @Test
    void everyPackageHasASignAndNoNulls() {
        JavaClasses withSigns = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.carteggio");
        Set<String> signed = new TreeSet<>();
        for (JavaClass one : withSigns) {
            if (one.getSimpleName().equals("package-info") && one.isAnnotatedWith(NullMarked.class)) {
                signed.add(one.getPackageName());
            }
        }
        Set<String> unsigned = new TreeSet<>();
        for (JavaClass one : main) {
            unsigned.add(one.getPackageName());
        }
        unsigned.removeAll(signed);
        assertThat(unsigned)
                .filteredOn(name -> !name.startsWith("io.carteggio.server.web.template"))
                .as("packages without a @NullMarked package-info")
                .isEmpty();
    }

    @Test
    void namesAreUnderstood() {
        noClasses()
                .should()
                .haveNameMatching(".*(Manager|Helper|Util|Utils|Impl)$")
                .because("the thing is not understood yet (STYLE 4)")
                .check(main);
    }

    @Test
    void noRecordOfAPublicApiHandsOutAnArray() {
        noClasses()
                .that()
                .arePublic()
                .and()
                .areRecords()
                .and()
                .areNotNestedClasses()
                .should(new com.tngtech.archunit.lang.ArchCondition<JavaClass>("have a byte[] component") {
                    @Override
                    public void check(JavaClass one, com.tngtech.archunit.lang.ConditionEvents events) {
                        one.getFields().stream()
                                .filter(f -> f.getRawType().isEquivalentTo(byte[].class))
                                .filter(f -> !f.getModifiers().contains(JavaModifier.STATIC))
                                .forEach(f -> events.add(com.tngtech.archunit.lang.SimpleConditionEvent.satisfied(
                                        f, f.getFullName() + " is an array")));
                    }
                })
                .because("a value is never changed behind its back (STYLE 7)")
                .check(main);
    }

    @Test
    void onlyCommandsSpeakToTheConsole() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.carteggio.server.command..")
                .should()
                .accessTargetWhere(describe(
                        "System.out or System.err",
                        access -> access.getTargetOwner().isEquivalentTo(System.class)
                                && Set.of("out", "err").contains(access.getName())))
                .check(main);
    }

    @Test
    void nothingIsDeserialised() {
        noClasses()
                .should()
                .dependOnClassesThat(assignableTo(java.io.ObjectInputStream.class)
                        .or(resideInAPackage("java.rmi.."))
                        .or(resideInAPackage("javax.script..")))
                .check(main);
    }
}
