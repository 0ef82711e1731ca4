/* What makes the pages quicker to use. Each of them works without it. */
"use strict";
(() => {
  const box = document.getElementById("q");
  const results = document.getElementById("results");
  const narrowing = document.getElementById("narrowing");
  const here = { credentials: "same-origin", headers: { Accept: "text/html, application/json" } };

  const fetched = async (address) => {
    const answer = await fetch(address, here);
    if (!answer.ok || answer.redirected) {
      throw new Error(address + ": " + answer.status); // logged out meanwhile, or the server is away
    }
    return answer;
  };

  /* ---- how many letters there are, where the page did not wait for being told */

  const total = document.querySelector("#total[data-count]");
  if (total) {
    (async () => {
      try {
        total.textContent = await (await fetched(total.dataset.count)).text();
      } catch (e) {
        // "at least" stays true
      }
    })();
  }

  /* ---- by what results can be narrowed: beside them where there is room, else when asked for */

  if (narrowing) {
    const load = async () => {
      const place = narrowing.querySelector(".choices-of");
      try {
        place.innerHTML = await (await fetched(narrowing.dataset.from)).text();
      } catch (e) {
        narrowing.dataset.failed = "yes"; // the link to the page of its own stays
      }
    };
    narrowing.addEventListener("toggle", load, { once: true });
    narrowing.open = window.matchMedia("(min-width: 64rem)").matches;
  }

  /* ---- what is waited for: looked at every few seconds while the page is seen */

  const watched = document.querySelector("[data-watch]");
  if (watched) {
    setInterval(async () => {
      if (document.hidden) {
        return;
      }
      try {
        const text = await (await fetched(watched.dataset.watch)).text();
        if (text.trim() !== watched.dataset.last && !watched.contains(document.activeElement)) {
          watched.innerHTML = text;
          watched.dataset.last = text.trim();
        }
      } catch (e) {
        // the next look may do better; the link to look again stays
      }
    }, 3000);
  }

  /* ---- what stands around the words, where they lie deeper in a letter than what is shown of it */

  const around = async () => {
    const deep = results ? [...results.querySelectorAll("article[data-deep]")].filter((a) => a.dataset.deep !== "") : [];
    if (deep.length === 0) {
      return;
    }
    const byId = new Map(deep.map((article) => [article.dataset.deep, article]));
    deep.forEach((article) => { article.dataset.deep = ""; }); // each is asked for once
    try {
      const ids = [...byId.keys()].map((id) => "&id=" + id).join("");
      for (const one of await (await fetched(results.dataset.around + ids)).json()) {
        const pieces = one.pieces.map((piece) => {
          const element = document.createElement(piece.marked ? "mark" : "span");
          element.textContent = piece.text;
          return element;
        });
        byId.get(one.id).querySelector(".snippet").replaceChildren(...pieces);
      }
      const link = document.getElementById("show-around");
      if (link) {
        link.remove();
      }
    } catch (e) {
      results.dataset.failed = "yes"; // the letters' beginnings stay, and the link
    }
  };
  around();

  /* ---- more results when the end comes into view */

  const pages = document.querySelector("nav.pages");
  if (results && pages && "IntersectionObserver" in window) {
    const LIMIT = 40; // pages that one document holds; then the link is there again
    let count = 1;
    let busy = false;
    const watcher = new IntersectionObserver(async (seen) => {
      const next = document.getElementById("next");
      if (busy || !next || count >= LIMIT || !seen.some((s) => s.isIntersecting)) {
        return;
      }
      busy = true;
      results.setAttribute("aria-busy", "true");
      try {
        const text = await (await fetched(next.href)).text();
        const page = new DOMParser().parseFromString(text, "text/html");
        const rows = page.querySelectorAll("#results > li");
        rows.forEach((row) => results.append(document.adoptNode(row)));
        around();
        const later = page.getElementById("next");
        if (later && rows.length > 0) {
          next.href = later.getAttribute("href");
        } else {
          next.remove();
        }
        count++;
      } catch (e) {
        watcher.disconnect(); // the link still works
      }
      results.removeAttribute("aria-busy");
      busy = false;
      watcher.unobserve(pages);
      watcher.observe(pages); // tells again where the end is still in view
    }, { rootMargin: "800px" });
    watcher.observe(pages);
  }

  /* ---- keys: j and k go from letter to letter, / to the search box, ? shows how to search */

  const typing = (element) => element && /^(input|textarea|select)$/i.test(element.tagName);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
      return;
    }
    if (typing(event.target)) {
      if (event.key === "Escape" && event.target === box && !event.defaultPrevented) {
        box.blur();
      }
      return;
    }
    if (event.key === "/" && box) {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "?") {
      const help = document.getElementById("search-help");
      if (help) {
        event.preventDefault();
        help.open = !help.open;
        help.scrollIntoView({ block: "nearest" });
        help.querySelector("summary").focus();
      }
    } else if ((event.key === "j" || event.key === "k") && results) {
      const links = [...results.querySelectorAll("h2 a")];
      const at = links.indexOf(document.activeElement);
      const to = event.key === "j" ? Math.min(at + 1, links.length - 1) : Math.max(at - 1, 0);
      event.preventDefault();
      links[to].focus();
    }
  });

  /* ---- how a word that is being typed may go on (the combobox of the ARIA practices, list with manual selection) */

  if (box && box.dataset.suggest) {
    const list = document.createElement("ul");
    list.id = "suggestions";
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", box.dataset.suggestions);
    list.hidden = true;
    box.after(list);
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-controls", list.id);
    box.setAttribute("aria-expanded", "false");
    let chosen = -1;
    let asked = 0;
    let timer = 0;

    const close = () => {
      list.hidden = true;
      list.replaceChildren();
      chosen = -1;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
    };
    const word = () => { // the one that the cursor stands behind
      const end = box.selectionStart;
      const before = box.value.slice(0, end);
      const start = Math.max(before.lastIndexOf(" "), before.lastIndexOf("(")) + 1;
      return { start, end, text: before.slice(start) };
    };
    const choose = (index) => {
      const options = [...list.children];
      options.forEach((o, i) => o.setAttribute("aria-selected", String(i === index)));
      chosen = index;
      if (index >= 0) {
        box.setAttribute("aria-activedescendant", options[index].id);
      } else {
        box.removeAttribute("aria-activedescendant");
      }
    };
    const take = (put) => {
      const at = word();
      const blank = put.endsWith(":") ? "" : " ";
      box.setRangeText(put + blank, at.start, at.end, "end");
      close();
      box.focus();
      if (blank === "") {
        ask();
      }
    };
    const show = (suggestions) => {
      list.replaceChildren(...suggestions.map((s, i) => {
        const option = document.createElement("li");
        option.id = "suggestion-" + i;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        const label = document.createElement("span");
        label.className = "label";
        label.textContent = s.label;
        const hint = document.createElement("span");
        hint.className = "hint";
        hint.textContent = s.hint;
        option.append(label, " ", hint);
        option.addEventListener("mousedown", (event) => {
          event.preventDefault(); // the box keeps the cursor
          take(s.put);
        });
        option.dataset.put = s.put;
        return option;
      }));
      list.hidden = suggestions.length === 0;
      box.setAttribute("aria-expanded", String(!list.hidden));
      chosen = -1;
    };
    const ask = async () => {
      const text = word().text;
      const mine = ++asked;
      if (text === "" || text.includes('"')) {
        close();
        return;
      }
      try {
        const answer = await fetched(box.dataset.suggest + "?word=" + encodeURIComponent(text));
        const suggestions = await answer.json();
        if (mine === asked && document.activeElement === box) {
          show(suggestions);
        }
      } catch (e) {
        close(); // without suggestions one can search as well
      }
    };
    box.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, 120);
    });
    box.addEventListener("blur", close);
    box.addEventListener("keydown", (event) => {
      if (list.hidden) {
        return;
      }
      const count = list.children.length;
      if (event.key === "ArrowDown") {
        choose((chosen + 1) % count);
      } else if (event.key === "ArrowUp") {
        choose(chosen < 0 ? count - 1 : chosen - 1);
      } else if (event.key === "Escape") {
        close();
      } else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) {
        take(list.children[chosen].dataset.put);
      } else {
        return;
      }
      event.preventDefault();
    });
  }

  /* ---- what is made to be taken elsewhere can be copied; browsers let that happen over TLS or at the machine alone */

  if (navigator.clipboard) {
    const { copy, copied } = document.body.dataset;
    for (const place of document.querySelectorAll("pre.lines, input[readonly]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet copy";
      button.textContent = copy;
      const label = place.labels && place.labels[0] ? place.labels[0].textContent : place.textContent.split("\n")[0];
      button.setAttribute("aria-label", copy + ": " + label);
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(place.value || place.textContent);
        button.textContent = copied;
        setTimeout(() => { button.textContent = copy; }, 2000);
      });
      place.after(button);
    }
  }

  /* ---- passkeys: forms that are shown where the browser has some, at the address that they are for */

  const octets = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text64 = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const known = (options) =>
    options.known.map((key) => ({ type: "public-key", id: octets(key.id), transports: key.transports }));

  const made = async (options) => {
    const credential = await navigator.credentials.create({
      publicKey: {
        challenge: octets(options.challenge),
        rp: { id: options.party, name: "Carteggio" },
        user: { id: octets(options.user), name: options.name, displayName: options.name },
        pubKeyCredParams: options.algorithms.map((alg) => ({ type: "public-key", alg })),
        timeout: options.timeout,
        excludeCredentials: known(options),
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
        attestation: "none",
      },
    });
    const answer = credential.response;
    return {
      "client-data": text64(answer.clientDataJSON),
      attestation: text64(answer.attestationObject),
      transports: answer.getTransports ? answer.getTransports().join(",") : "",
    };
  };

  const used = async (options) => {
    const credential = await navigator.credentials.get({
      publicKey: {
        challenge: octets(options.challenge),
        rpId: options.party,
        allowCredentials: known(options),
        timeout: options.timeout,
        userVerification: "required",
      },
    });
    const answer = credential.response;
    return {
      credential: text64(credential.rawId),
      "client-data": text64(answer.clientDataJSON),
      "authenticator-data": text64(answer.authenticatorData),
      signature: text64(answer.signature),
      "user-handle": answer.userHandle ? text64(answer.userHandle) : "",
    };
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential || !navigator.credentials || location.origin !== form.dataset.origin) {
      continue; // as if there were none
    }
    const failed = form.querySelector(".fault");
    let busy = false;
    form.hidden = false;
    document.querySelectorAll("[data-passkey-none]").forEach((hint) => { hint.hidden = true; });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) {
        return;
      }
      busy = true;
      failed.hidden = true;
      try {
        const half = form.elements.half ? form.elements.half.value : "";
        const options = await (
          await fetched(form.dataset.options + (half === "" ? "" : "?half=" + encodeURIComponent(half)))
        ).json();
        const brought = form.dataset.passkey === "make" ? await made(options) : await used(options);
        brought.challenge = new TextDecoder().decode(octets(options.challenge));
        for (const [name, value] of Object.entries(brought)) {
          form.elements[name].value = value;
        }
        form.submit();
      } catch (e) {
        failed.hidden = false; // given up by hand, too late, or no such key
      }
      busy = false;
    });
  }
})();
