package io.carteggio.archive.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.carteggio.archive.entry.PersonRole;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DirectoryTest {
    private static final Instant Y2020 = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant Y2022 = Instant.parse("2022-01-01T00:00:00Z");
    private static final Instant Y2024 = Instant.parse("2024-01-01T00:00:00Z");

    private static Holding holding(String address, Instant from, Instant to) {
        return new Holding(
                new Address(address),
                Optional.of(from).filter(i -> !i.equals(Instant.MIN)),
                Optional.of(to).filter(i -> !i.equals(Instant.MAX)));
    }

    private static Holding undated(String address) {
        return holding(address, Instant.MIN, Instant.MAX);
    }

    private static Person person(String name, Holding... holdings) {
        return new Person("id-" + name, name, PersonRole.USER, List.of(holdings));
    }

    private static List<String> holders(Directory directory, String address, Instant at) {
        return directory.holders(new Address(address).key(), at).stream()
                .map(Person::name)
                .toList();
    }

    @Test
    void anUndatedAddressCountsSinceAlways() {
        Directory directory = new Directory(List.of(person("anna", undated("Anna@Example.com"))));
        assertThat(directory.tenures(directory.people().getFirst()))
                .containsExactly(new Tenure("anna@example.com", Instant.MIN, Instant.MAX));
        assertThat(holders(directory, "anna@EXAMPLE.com", Instant.EPOCH)).containsExactly("anna");
    }

    @Test
    void aReusedAddressOpensNothingOldAndALeaverKeepsNothingNew() {
        Directory directory = new Directory(List.of(
                person("anna", holding("info@e.com", Y2020, Y2022)),
                person("bert", holding("info@e.com", Y2022, Instant.MAX))));
        assertThat(holders(directory, "info@e.com", Y2020.minusMillis(1))).isEmpty();
        assertThat(holders(directory, "info@e.com", Y2020)).containsExactly("anna");
        assertThat(holders(directory, "info@e.com", Y2022.minusMillis(1))).containsExactly("anna");
        assertThat(holders(directory, "info@e.com", Y2022)).containsExactly("bert");
    }

    @Test
    void anUndatedHoldingYieldsToWhoHeldItWithDates() {
        Directory directory = new Directory(List.of(
                person("anna", undated("info@e.com")),
                person("bert", holding("info@e.com", Y2020, Y2022)),
                person("carl", holding("info@e.com", Y2022, Y2024))));
        assertThat(directory.tenures(directory.people().getFirst()))
                .containsExactly(
                        new Tenure("info@e.com", Instant.MIN, Y2020), new Tenure("info@e.com", Y2024, Instant.MAX));
    }

    @Test
    void overlappingAndOpenClaimsOfOthersLeaveTheRest() {
        Directory directory = new Directory(List.of(
                person("anna", undated("info@e.com")),
                person("bert", holding("info@e.com", Y2020, Y2024)),
                person("carl", holding("info@e.com", Y2022, Instant.MAX))));
        assertThat(directory.tenures(directory.people().getFirst()))
                .containsExactly(new Tenure("info@e.com", Instant.MIN, Y2020));
    }

    @Test
    void oneCanHoldAnAddressTwiceAndTwoCanShareOne() {
        Directory directory = new Directory(List.of(
                person("anna", holding("a@e.com", Instant.MIN, Y2020), holding("a@e.com", Y2022, Instant.MAX)),
                person("bert", undated("team@e.com")),
                person("carl", undated("team@e.com"))));
        assertThat(holders(directory, "a@e.com", Y2020)).isEmpty();
        assertThat(holders(directory, "a@e.com", Y2022)).containsExactly("anna");
        assertThat(holders(directory, "team@e.com", Y2022)).containsExactly("bert", "carl");
    }

    @Test
    void aliasesAreTheAddressesThatOnePersonHoldsAtThatTime() {
        Directory directory = new Directory(List.of(
                person("anna", undated("anna@e.com"), undated("A.Bianchi@e.com"), holding("info@e.com", Y2020, Y2022)),
                person("bert", undated("bert@e.com"), holding("info@e.com", Y2022, Instant.MAX))));
        assertThat(directory.aliases("a.bianchi@e.com", Y2020))
                .containsExactlyInAnyOrder("anna@e.com", "a.bianchi@e.com", "info@e.com");
        assertThat(directory.aliases("a.bianchi@e.com", Y2024))
                .containsExactlyInAnyOrder("anna@e.com", "a.bianchi@e.com");
        assertThat(directory.aliases("info@e.com", Y2024)).containsExactlyInAnyOrder("bert@e.com", "info@e.com");
        assertThat(directory.aliases("nobody@e.com", Y2024)).isEmpty();
    }

    @Test
    void aNameMeansOnePersonOrNone() {
        Directory directory = new Directory(List.of(
                person("Anna", undated("a@e.com")),
                person("Bert", undated("b@e.com")),
                person("bert", undated("c@e.com"))));
        assertThat(directory.named("anna", Y2020)).map(Person::name).contains("Anna");
        assertThat(directory.named("B@E.com", Y2020)).map(Person::name).contains("Bert");
        assertThat(directory.named("bert", Y2020)).as("two of that name").isEmpty();
        assertThat(directory.named("", Y2020)).isEmpty();
        assertThat(directory.named("nobody", Y2020)).isEmpty();
    }

    @Test
    void aHoldingThatNeverWasIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> holding("a@e.com", Y2022, Y2020));
        assertThatIllegalArgumentException().isThrownBy(() -> holding("a@e.com", Y2022, Y2022));
    }
}
