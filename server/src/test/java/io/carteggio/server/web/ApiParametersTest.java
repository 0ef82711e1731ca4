package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.web.Shape.Kind;
import io.carteggio.server.web.Shape.Word;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.constant.DirectMethodHandleDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What [ApiOperations] says that operations take is what they ask for. What they ask for is read from their compiled
/// code: every name that reaches a method of `Request`, on every way from the operation's handler, its gate included.
class ApiParametersTest {
    private static final String COMMANDS = "io/carteggio/server/command/";
    private static final String REQUEST = "io/carteggio/server/local/Request";

    /// What is asked at the machine alone, where the session does not say who asks.
    private static final Map<String, Set<String>> AT_THE_MACHINE = Map.of(
            "approval.approve", Set.of("person", "password"),
            "approval.refuse", Set.of("person", "password"),
            "token.add", Set.of("person"));

    private final Map<String, ClassModel> models = new HashMap<>();

    /// Where a method is.
    private record Where(String owner, String name, String type) {}

    /// What is asked of a request: a name, and by which method.
    private record Asked(String name, String how) {}

    @Test
    void whatIsSaidIsWhatIsAskedFor() throws IOException {
        Map<String, List<Where>> handlers = handlers();
        assertThat(handlers).hasSizeGreaterThan(100);
        List<String> wrong = new ArrayList<>();
        for (ApiOperation operation : ApiOperations.all()) {
            Set<Asked> asked = new HashSet<>();
            Set<Where> seen = new HashSet<>();
            for (Where handler : handlers.getOrDefault(operation.name(), List.of())) {
                collect(handler, asked, seen);
            }
            Map<String, Set<String>> hows = new TreeMap<>();
            asked.forEach(
                    a -> hows.computeIfAbsent(a.name(), _ -> new TreeSet<>()).add(a.how()));
            boolean secrets = hows.remove("(body)") != null;
            if (secrets != operation.secrets()) {
                wrong.add(operation.name() + " takes secrets: " + secrets);
            }
            operation.params().fields().forEach((name, field) -> {
                Set<String> how = Objects.requireNonNullElse(hows.remove(name), Set.<String>of());
                if (how.isEmpty()) {
                    wrong.add(operation.name() + " never asks for " + name);
                } else if (!how.stream().allMatch(h -> isRead(field.kind(), h))) {
                    wrong.add(operation.name() + " asks for " + name + " by " + how);
                }
            });
            hows.keySet().removeAll(AT_THE_MACHINE.getOrDefault(operation.name(), Set.of()));
            // one handler serves both: it takes whichever is there
            hows.keySet().remove(operation.group().equals("group") ? "person" : "group");
            hows.keySet().forEach(name -> wrong.add(operation.name() + " asks for " + name + ", which is not said"));
        }
        assertThat(wrong).isEmpty();
    }

    private static boolean isRead(Kind kind, String how) {
        return switch (how) {
            case "text", "optionalText" -> // the gate tells instants to a person as they were given
                kind.equals(new Kind.Plain(Word.TEXT))
                        || kind.equals(new Kind.Plain(Word.INSTANT))
                        || kind instanceof Kind.Words;
            case "number" -> kind.equals(new Kind.Plain(Word.NUMBER));
            case "flag" -> kind.equals(new Kind.Plain(Word.FLAG));
            case "optionalInstant" -> kind.equals(new Kind.Plain(Word.INSTANT));
            case "texts" -> kind.equals(new Kind.ListOf(new Kind.Plain(Word.TEXT)));
            case "path" -> kind instanceof Kind.ListOf || kind instanceof Kind.MapOf;
            default -> false;
        };
    }

    /// The methods behind each name in the table of operations: the handler, and what says whether it is dangerous.
    private Map<String, List<Where>> handlers() throws IOException {
        Map<String, List<Where>> handlers = new HashMap<>();
        MethodModel table = model(COMMANDS + "DeskOperations").methods().stream()
                .filter(m -> m.methodName().equalsString("of"))
                .findFirst()
                .orElseThrow();
        String name = "";
        List<Where> found = new ArrayList<>();
        for (CodeElement element : table.code().orElseThrow()) {
            switch (element) {
                case ConstantInstruction constant
                when constant.constantValue() instanceof String text -> {
                    name = text;
                    found = new ArrayList<>();
                }
                case InvokeDynamicInstruction dynamic -> found.addAll(handles(dynamic));
                case InvokeInstruction put
                when put.name().equalsString("put") -> handlers.put(name, List.copyOf(found));
                default -> {}
            }
        }
        return handlers;
    }

    private static List<Where> handles(InvokeDynamicInstruction dynamic) {
        return dynamic.bootstrapArgs().stream()
                .filter(DirectMethodHandleDesc.class::isInstance)
                .map(DirectMethodHandleDesc.class::cast)
                .map(h -> new Where(internal(h.owner().descriptorString()), h.methodName(), h.lookupDescriptor()))
                .toList();
    }

    private static String internal(String descriptor) {
        return descriptor.substring(1, descriptor.length() - 1);
    }

    private void collect(Where where, Set<Asked> asked, Set<Where> seen) throws IOException {
        if (!where.owner().startsWith(COMMANDS) || !seen.add(where)) {
            return;
        }
        for (MethodModel method : model(where.owner()).methods()) {
            if (method.methodName().equalsString(where.name())
                    && method.methodType().equalsString(where.type())) {
                code(method, asked, seen);
            }
        }
    }

    private void code(MethodModel method, Set<Asked> asked, Set<Where> seen) throws IOException {
        if (method.code().isEmpty()) {
            return;
        }
        String text = "";
        boolean ofParams = false;
        for (CodeElement element : method.code().get()) {
            switch (element) {
                case ConstantInstruction constant when constant.constantValue() instanceof String said -> text = said;
                case StoreInstruction _ -> text = "";
                case InvokeDynamicInstruction dynamic -> {
                    for (Where handle : handles(dynamic)) {
                        if (handle.type().contains("L" + REQUEST + ";")) {
                            collect(handle, asked, seen);
                        }
                    }
                }
                case InvokeInstruction invoke -> {
                    String owner = invoke.owner().asInternalName();
                    String name = invoke.name().stringValue();
                    boolean wasParams = ofParams;
                    ofParams = owner.equals(REQUEST) && name.equals("params");
                    if (owner.equals(REQUEST)) {
                        switch (name) {
                            case "text", "optionalText", "texts", "number", "flag", "optionalInstant" -> {
                                assertThat(text)
                                        .as("a name that is no constant: %s", method.methodName())
                                        .isNotEmpty();
                                asked.add(new Asked(text, name));
                            }
                            case "body" -> asked.add(new Asked("(body)", name));
                            default -> {}
                        }
                    } else if (wasParams && name.equals("path")) {
                        asked.add(new Asked(text, name));
                    } else if (invoke.type().stringValue().contains("L" + REQUEST + ";")) {
                        collect(new Where(owner, name, invoke.type().stringValue()), asked, seen);
                    }
                    text = "";
                }
                default -> {}
            }
        }
    }

    private ClassModel model(String name) throws IOException {
        ClassModel known = models.get(name);
        if (known != null) {
            return known;
        }
        try (InputStream in =
                Objects.requireNonNull(ApiParametersTest.class.getResourceAsStream("/" + name + ".class"), name)) {
            ClassModel model = ClassFile.of().parse(in.readAllBytes());
            models.put(name, model);
            return model;
        }
    }
}
