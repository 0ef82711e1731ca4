package io.carteggio.server.login;

import io.carteggio.archive.entry.PersonRole;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.Settings.CertificateCheck;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What was set about an OpenID provider. Checked where it is made.
///
/// @param issuer as it stands in its tokens, to the letter
/// @param client as whom we are registered there
/// @param scope what we ask for
/// @param name how people call the provider
/// @param addressClaim the claim with the mail address
/// @param trusted whether its addresses are believed although it does not say that it verified them
/// @param accountClaim the claim that names the account for good: `sub` or `oid`
/// @param directory the synchronisation with the same directory
/// @param groupsClaim the claim with the groups
/// @param roles what groups give
public record OpenIdSettings(
        String issuer,
        String client,
        String scope,
        String name,
        String addressClaim,
        boolean trusted,
        String accountClaim,
        Optional<String> directory,
        String groupsClaim,
        Map<String, PersonRole> roles,
        CertificateCheck certificate,
        Duration timeout) {
    /// The names of all settings.
    static final Set<String> NAMES = Set.of(
            "issuer",
            "client-id",
            "scope",
            "name",
            "address-claim",
            "trust-address",
            "account-claim",
            "directory",
            "groups-claim",
            "roles",
            "certificate",
            "timeout");

    /// People wait for it.
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final int LIMIT_CHARS = 255;

    public OpenIdSettings {
        roles = Map.copyOf(roles);
    }

    /// Reads settings.
    ///
    /// @throws IllegalArgumentException with a line for people, where they cannot work
    public static OpenIdSettings of(Map<String, String> map) {
        for (String name : map.keySet()) {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException("log-in by OpenID has no setting '" + name + "'");
            }
        }
        Settings all = new Settings(map);
        String issuer = all.needed("issuer");
        if (issuer.length() > LIMIT_CHARS || !isSafe(uri(issuer), uri(issuer)) || issuer.contains("?")) {
            throw new IllegalArgumentException(
                    "the issuer is an address that begins with https://, as it stands in the provider's tokens");
        }
        String scope = all.text("scope").orElse("openid email profile");
        if (!Set.of(scope.split(" ", -1)).contains("openid")) {
            throw new IllegalArgumentException("the scope has the word openid in it");
        }
        String account = all.text("account-claim").orElse("sub");
        if (!account.equals("sub") && !account.equals("oid")) {
            throw new IllegalArgumentException("an account is named for good by sub, or at Entra ID by oid");
        }
        CertificateCheck certificate = all.certificate();
        if (certificate instanceof CertificateCheck.Ignored) {
            throw new IllegalArgumentException("who says who people are is never believed unseen: system or sha256:…");
        }
        if (certificate instanceof CertificateCheck.Issued) {
            throw new IllegalArgumentException("an authority of one's own is for LDAP alone; here: system or sha256:…");
        }
        return new OpenIdSettings(
                issuer,
                all.needed("client-id"),
                scope,
                all.text("name").orElse(uri(issuer).getHost()),
                claim(all, "address-claim", "email"),
                yes(all, "trust-address"),
                account,
                all.text("directory"),
                claim(all, "groups-claim", "groups"),
                roles(all.text("roles").orElse("")),
                certificate,
                all.text("timeout").isPresent() ? all.timeout() : TIMEOUT);
    }

    private static String claim(Settings all, String setting, String otherwise) {
        String claim = all.text(setting).orElse(otherwise);
        if (!claim.matches("[A-Za-z0-9_:./-]{1,100}")) {
            throw new IllegalArgumentException("the setting '" + setting + "' is no claim's name");
        }
        return claim;
    }

    private static boolean yes(Settings all, String setting) {
        return switch (all.text(setting).orElse("no")) {
            case "yes" -> true;
            case "no" -> false;
            default -> throw new IllegalArgumentException("the setting '" + setting + "' is yes or no");
        };
    }

    private static Map<String, PersonRole> roles(String text) {
        Map<String, PersonRole> roles = new LinkedHashMap<>();
        for (String one : text.split(";", -1)) {
            if (one.isBlank()) {
                continue;
            }
            int at = one.lastIndexOf('=');
            if (at <= 0) {
                throw new IllegalArgumentException("a group gives a role like this: archive-admins=administrator");
            }
            PersonRole role = PersonRole.ofWord(one.substring(at + 1).strip());
            if (role == PersonRole.AUDITOR || role == PersonRole.USER) {
                throw new IllegalArgumentException(
                        "a group makes an administrator or a data-protection-officer; an auditor's role has bounds, which"
                                + " no group knows: `role grant` gives it");
            }
            roles.put(one.substring(0, at).strip(), role);
        }
        return roles;
    }

    /// An address.
    ///
    /// @throws IllegalArgumentException where it is none
    static URI uri(String text) {
        try {
            URI uri = new URI(text);
            if (uri.getHost() == null) {
                throw new IllegalArgumentException("no address with a host: " + text);
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("no address: " + text, e);
        }
    }

    /// Whether tokens and secrets may go there: over TLS, or to this machine itself where the issuer is on
    /// it, too.
    static boolean isSafe(URI uri, URI issuer) {
        if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            return false;
        }
        return "https".equalsIgnoreCase(uri.getScheme())
                || ("http".equalsIgnoreCase(uri.getScheme()) && isHere(uri) && isHere(issuer));
    }

    private static boolean isHere(URI uri) {
        return Set.of("127.0.0.1", "localhost", "[::1]").contains(uri.getHost().toLowerCase(Locale.ROOT));
    }
}
