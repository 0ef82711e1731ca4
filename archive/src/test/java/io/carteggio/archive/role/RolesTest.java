package io.carteggio.archive.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.entry.Across;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.entry.PersonRole;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What acts make of roles.
class RolesTest {
    private static final Instant AT = Instant.parse("2026-11-20T09:00:00Z");

    private final Roles roles = new Roles();

    private void added(String person, PersonRole role) {
        roles.apply(new Act.PersonAdded(AT, "op", person, "name of " + person, role));
    }

    private void granted(String grant, String person, PersonRole role, Optional<Instant> until) {
        roles.apply(new Act.RoleGranted(
                AT,
                "op",
                grant,
                person,
                role,
                until,
                role == PersonRole.AUDITOR ? Optional.of(Across.EVERYTHING) : Optional.empty(),
                "why"));
    }

    @Test
    void theRoleOfAnOldActMeansWhatItMeant() {
        added("u", PersonRole.USER);
        added("a", PersonRole.AUDITOR);
        assertThat(roles.rolesOf("u", AT)).containsExactly(PersonRole.USER);
        assertThat(roles.rolesOf("nobody", AT)).containsExactly(PersonRole.USER);
        assertThat(roles.rolesOf("a", AT.plus(Duration.ofDays(9_000))))
                .containsExactly(PersonRole.USER, PersonRole.AUDITOR);
        assertThat(roles.across("a", AT)).containsExactly(Across.EVERYTHING);
        roles.apply(new Act.RoleWithdrawn(AT, "op", "a", "no longer"));
        assertThat(roles.rolesOf("a", AT)).containsExactly(PersonRole.USER);
        assertThat(roles.across("a", AT)).isEmpty();
    }

    @Test
    void somebodyHoldsSeveralAndEachEndsByItself() {
        added("x", PersonRole.USER);
        Instant end = AT.plusSeconds(60);
        granted("g1", "x", PersonRole.AUDITOR, Optional.of(end));
        granted("g2", "x", PersonRole.DATA_PROTECTION_OFFICER, Optional.empty());
        granted("g3", "x", PersonRole.AUDITOR, Optional.of(end.plusSeconds(1)));
        assertThat(roles.rolesOf("x", end.minusMillis(1)))
                .containsExactly(PersonRole.USER, PersonRole.AUDITOR, PersonRole.DATA_PROTECTION_OFFICER);
        assertThat(roles.across("x", end)).as("one of two has ended").hasSize(1);
        assertThat(roles.holds("x", PersonRole.AUDITOR, end.plusSeconds(1))).isFalse();
        assertThat(roles.holds("x", PersonRole.DATA_PROTECTION_OFFICER, end.plusSeconds(1)))
                .isTrue();
        assertThat(Roles.words(roles.rolesOf("x", AT))).containsExactly("auditor", "data-protection-officer");
        assertThat(Roles.words(roles.rolesOf("y", AT))).containsExactly("user");
    }

    @Test
    void whatComesTwiceCountsOnce() {
        added("x", PersonRole.USER);
        granted("g", "x", PersonRole.ADMINISTRATOR, Optional.empty());
        roles.apply(new Act.RoleWithdrawn(AT, "op", "g", "first"));
        granted("g", "x", PersonRole.ADMINISTRATOR, Optional.empty()); // the same giving again opens nothing again
        roles.apply(new Act.RoleWithdrawn(AT.plusSeconds(1), "op", "g", "second"));
        assertThat(roles.holds("x", PersonRole.ADMINISTRATOR, AT)).isFalse();
        assertThat(roles.grant("g").orElseThrow().withdrawn().orElseThrow().reason())
                .isEqualTo("first");
        roles.apply(new Act.RoleWithdrawn(AT, "op", "unknown", "x"));
        assertThat(roles.all()).hasSize(1);
    }

    /// Two people who became one: what opened the letters of either opens those of the one, and says so.
    @Test
    void whoseLettersFollowsWhoBecameAnother() {
        Across both = new Across(false, List.of("a", "b"), Optional.of(AT), Optional.empty());
        Across other = new Across(false, List.of("c"), Optional.empty(), Optional.empty());
        for (Across across : List.of(both, other, Across.EVERYTHING)) {
            roles.apply(new Act.RoleGranted(
                    AT,
                    "op",
                    "g" + across.people(),
                    "x",
                    PersonRole.AUDITOR,
                    Optional.empty(),
                    Optional.of(across),
                    "why"));
        }
        roles.apply(new Act.DirectoryChanged(AT, "op", Optional.empty(), List.of(new Change.Merged("a", "b"))));
        assertThat(roles.across("x", AT))
                .containsExactly(
                        new Across(false, List.of("b"), Optional.of(AT), Optional.empty()), other, Across.EVERYTHING);
        roles.apply(new Act.DirectoryChanged(AT, "op", Optional.empty(), List.of(new Change.Merged("b", "d"))));
        assertThat(roles.across("x", AT).getFirst().people()).containsExactly("d");
    }

    /// A link to set up the archive must not be good again because all administrators are gone.
    @Test
    void whatIsSetUpStaysSetUp() {
        added("x", PersonRole.ADMINISTRATOR);
        assertThat(roles.isSetUp()).as("cannot log in yet").isFalse();
        roles.apply(new Act.CredentialSet(AT, "op", "x", "hash"));
        assertThat(roles.isSetUp()).isTrue();
        roles.apply(new Act.RoleWithdrawn(AT, "op", "x", "gone"));
        assertThat(roles.isSetUp()).isTrue();

        Roles later = new Roles();
        later.apply(new Act.PersonAdded(AT, "op", "y", "Y", PersonRole.USER));
        later.apply(new Act.CredentialSet(AT, "op", "y", "hash"));
        assertThat(later.isSetUp()).isFalse();
        later.apply(new Act.RoleGranted(
                AT, "op", "g", "y", PersonRole.ADMINISTRATOR, Optional.empty(), Optional.empty(), "why"));
        assertThat(later.isSetUp()).isTrue();
    }

    @Test
    void rightsAreLookedAtAgainInTheirTime() {
        assertThat(roles.reviewDue()).as("nobody was given any").isEmpty();
        added("x", PersonRole.USER);
        assertThat(roles.reviewDue()).isEmpty();
        granted("g", "x", PersonRole.ADMINISTRATOR, Optional.empty());
        assertThat(roles.reviewDue()).contains(AT.plus(Duration.ofDays(Roles.REVIEW_DAYS)));
        Instant later = AT.plus(Duration.ofDays(200));
        roles.apply(new Act.AccessReviewed(later, "op", 1, "ab", 30, "looked"));
        assertThat(roles.reviewDue()).contains(later.plus(Duration.ofDays(30)));
    }

    @Test
    void wordsComeBack() {
        for (PersonRole role : PersonRole.values()) {
            assertThat(PersonRole.ofWord(role.word())).isEqualTo(role);
        }
        assertThat(List.of(PersonRole.values()).stream().map(PersonRole::word))
                .containsExactly("user", "administrator", "auditor", "data-protection-officer");
    }
}
