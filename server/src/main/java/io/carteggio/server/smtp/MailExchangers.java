package io.carteggio.server.smtp;

import java.net.IDN;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/// Where mail for a domain goes, as the name service says (RFC 5321 5.1). Safe for many threads.
public interface MailExchangers {
    /// This machine's name service.
    MailExchangers SYSTEM = MailExchangers::asked;

    /// What came of asking.
    sealed interface Answer {
        /// To these hosts, the preferred first; one that has no MX record, to itself.
        record Hosts(List<String> hosts) implements Answer {
            public Hosts {
                hosts = List.copyOf(hosts);
            }

            /// Whether that is Exchange Online.
            public boolean areExchangeOnline() {
                return hosts.stream()
                        .anyMatch(h -> h.toLowerCase(Locale.ROOT).endsWith(".mail.protection.outlook.com"));
            }
        }

        /// Nowhere: there is no such domain, or it has no address, or takes no mail (RFC 7505).
        record Nowhere() implements Answer {}

        /// Nobody answered.
        record Unknown(String why) implements Answer {}
    }

    Answer of(String domain);

    @SuppressWarnings({"BanJNDI", "JdkObsolete"
    }) // JNDI wants a Hashtable; names of domains alone are asked, and texts alone come back
    private static Answer asked(String domain) {
        Hashtable<String, String> environment = new Hashtable<>();
        environment.put("java.naming.factory.initial", "com.sun.jndi.dns.DnsContextFactory");
        environment.put("com.sun.jndi.dns.timeout.initial", "1500");
        environment.put("com.sun.jndi.dns.timeout.retries", "1");
        try {
            String ascii = IDN.toASCII(domain);
            InitialDirContext context = new InitialDirContext(environment);
            try {
                var attributes = context.getAttributes("dns:/" + ascii, new String[] {"MX", "A", "AAAA"});
                Attribute mx = attributes.get("MX");
                if (mx != null) {
                    return answer(mx);
                }
                return attributes.size() > 0 ? new Answer.Hosts(List.of(domain)) : new Answer.Nowhere();
            } finally {
                context.close();
            }
        } catch (NameNotFoundException e) {
            return new Answer.Nowhere();
        } catch (NamingException | IllegalArgumentException e) {
            return new Answer.Unknown(String.valueOf(e.getMessage()));
        }
    }

    private static Answer answer(Attribute mx) throws NamingException {
        List<String> records = new ArrayList<>();
        NamingEnumeration<?> all = mx.getAll();
        while (all.hasMore()) {
            records.add(String.valueOf(all.next()));
        }
        List<String> hosts = MxRecords.hosts(records);
        return hosts.isEmpty() ? new Answer.Nowhere() : new Answer.Hosts(hosts);
    }
}
