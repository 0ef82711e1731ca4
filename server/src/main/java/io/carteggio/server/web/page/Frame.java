package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// What stands around every page.
///
/// @param user the name of who is logged in
/// @param reason why an auditor reads across people at present
/// @param token what every form of the page carries back
/// @param style address of the style sheet
/// @param script address of the script; every page does without it
/// @param news what the last step did
public record Frame(
        String title,
        Optional<String> user,
        List<NavItem> nav,
        Optional<String> reason,
        String token,
        String style,
        String icon,
        String script,
        Optional<String> news) {
    /// A way to another page.
    public record NavItem(String label, String url, boolean current) {}

    public Frame {
        nav = List.copyOf(nav);
    }
}
