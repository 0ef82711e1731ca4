package io.carteggio.server.web.page;

import io.carteggio.server.web.language.Texts;
import java.util.List;
import java.util.Optional;

/// What stands around every page.
///
/// @param texts the language that the page is written in
/// @param user the name of who is logged in
/// @param reason why an auditor reads across people at present
/// @param token what every form of the page carries back
/// @param style address of the style sheet
/// @param script address of the script; every page does without it
/// @param news what the last step did
/// @param areas the administrator's other pages, on one of them
/// @param steps how far the first steps are, while they are not done
public record Frame(
        Texts texts,
        String title,
        Optional<String> user,
        List<NavItem> nav,
        Optional<String> reason,
        String token,
        String style,
        String icon,
        String script,
        Optional<String> news,
        List<Area> areas,
        Optional<String> steps) {
    /// A way to another page.
    public record NavItem(String label, String url, boolean current) {}

    /// Ways that belong together.
    public record Area(String label, List<NavItem> items) {
        public Area {
            items = List.copyOf(items);
        }
    }

    public Frame {
        nav = List.copyOf(nav);
        areas = List.copyOf(areas);
    }

    /// The page's language, as in `lang` of HTML.
    public String language() {
        return texts.language().word();
    }

    /// A text, for templates.
    public String say(String key, Object... about) {
        return texts.say(key, about);
    }

    /// A text with what stands out in it, for templates.
    public List<Texts.Run> rich(String key, Object... about) {
        return texts.rich(key, about);
    }

    /// A text for so many, for templates.
    public String count(String key, long number, Object... more) {
        return texts.count(key, number, more);
    }
}
