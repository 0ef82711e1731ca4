package io.carteggio.server.web;

import java.util.List;

/// An operation of the archive that programs may call.
///
/// @param name as the commands call it, and as a token names it
/// @param summary what it does, in a sentence
/// @param overseen whether a data-protection officer may call it, too
/// @param inPerson whether no token opens it: it gives rights, or decides as a second person
/// @param looks whether it only looks, so that calling it is no entry in the trail
/// @param secrets whether it takes secrets beside its parameters, which nobody is told again
/// @param params what it takes
/// @param lines what a line of its answer is: one of these
record ApiOperation(
        String name,
        String summary,
        boolean overseen,
        boolean inPerson,
        boolean looks,
        boolean secrets,
        Shape params,
        List<Shape> lines) {
    ApiOperation {
        lines = List.copyOf(lines);
    }

    /// One that only looks.
    static ApiOperation look(String name, String summary) {
        return new ApiOperation(name, summary, false, false, true, false, Shape.NOTHING, List.of());
    }

    /// One that changes something, or has something done.
    static ApiOperation act(String name, String summary) {
        return new ApiOperation(name, summary, false, false, false, false, Shape.NOTHING, List.of());
    }

    ApiOperation ofOverseers() {
        return new ApiOperation(name, summary, true, inPerson, looks, secrets, params, lines);
    }

    ApiOperation onlyInPerson() {
        return new ApiOperation(name, summary, overseen, true, looks, secrets, params, lines);
    }

    ApiOperation withSecrets() {
        return new ApiOperation(name, summary, overseen, inPerson, looks, true, params, lines);
    }

    ApiOperation takes(Shape given) {
        return new ApiOperation(name, summary, overseen, inPerson, looks, secrets, given, lines);
    }

    ApiOperation gives(Shape... each) {
        return new ApiOperation(name, summary, overseen, inPerson, looks, secrets, params, List.of(each));
    }

    /// What its name begins with.
    String group() {
        int point = name.indexOf('.');
        return point < 0 ? name : name.substring(0, point);
    }
}
