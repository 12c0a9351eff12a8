// The navigator's desk: keys, the side panel, and where the focus goes. The queue, the panel and
// every action are whole pages without this file.
(function () {
  "use strict";

  var STORE = "hepcalc-keys";
  var OLD_AFTER = 5; // minutes
  var panel, queue, sheet, announcer; // the browser's back button may bring new ones
  var home = "";        // the id of the row to come back to
  var byKey = false;    // the action began with a key on the row: the focus belongs there
  var isLoading = false;
  var typedAhead = [];  // keys pressed while the panel was on its way
  var warned = false;   // the person knows that what they typed would be lost
  var place = null;     // what to find again after the list is refreshed
  var seenAt = Date.now();
  var saidOld = false;

  // ------------------------------------------------------------------ words

  function find() {
    panel = document.getElementById("panel");
    queue = document.getElementById("queue");
    sheet = document.getElementById("keys");
    announcer = document.getElementById("announcer");
    document.body.classList.toggle("hc-panel-open", !panel.hidden);
    sheet.querySelector("[data-keys-switch]").checked = areKeysOn();
    reveal();
  }

  function announce(words, isProblem) {
    announcer.className = isProblem ? "hc-message hc-message--error" : "hc-hidden";
    announcer.textContent = "";
    window.setTimeout(function () { announcer.textContent = words; }, 30);
  }

  // The words stand on the page, in its language; `said` fills their gaps.
  function say(name, said) {
    return Object.keys(said || {}).reduce(function (words, gap) {
      return words.replace("{" + gap + "}", said[gap]);
    }, announcer.dataset[name]);
  }

  // A failed save is told where it was pressed; what was typed and the focus stay.
  function complain(form, words) {
    var place = form.querySelector(".hc-actions") || form;
    hush(form);
    delete form.dataset.sentAt; // trying again at once is no slip
    var box = document.createElement("p");
    box.className = "hc-message hc-message--error";
    box.setAttribute("role", "alert");
    box.setAttribute("data-problem", "");
    place.before(box);
    window.setTimeout(function () { box.textContent = words; box.scrollIntoView({ block: "nearest" }); }, 30);
  }

  function hush(form) {
    form.parentElement.querySelectorAll("[data-problem]").forEach(function (box) { box.remove(); });
  }

  function textOf(root, selector) {
    return Array.prototype.map.call(root.querySelectorAll(selector), function (one) {
      return one.textContent.trim().replace(/\s+/g, " ");
    }).join(" ");
  }

  // ------------------------------------------------------------------ rows

  function rows() { return Array.prototype.slice.call(queue.querySelectorAll("tr.hc-queue__row")); }

  function rowOf(element) { return element && element.closest ? element.closest("tr.hc-queue__row") : null; }

  function currentRow() { return rowOf(document.activeElement) || document.getElementById(home); }

  function focusRow(row) {
    var link = row && row.querySelector("[data-open]");
    if (!link) { return false; }
    home = row.id;
    link.focus();
    return true;
  }

  function step(by) {
    var all = rows(), at = all.indexOf(currentRow());
    var next = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))];
    focusRow(next);
  }

  // The panel brings the row as it stands now; it takes the place of the old one.
  function freshenRow() {
    var fresh = panel.querySelector("template[data-row-of]");
    var old = fresh && document.getElementById(fresh.dataset.rowOf);
    if (!old) { return; }
    var hadFocus = old.contains(document.activeElement);
    var box = old.querySelector("input[name='pick']"), isPicked = box && box.checked;
    var made = fresh.content.querySelector("tr").cloneNode(true);
    old.replaceWith(made);
    if (home === old.id) { home = made.id; }
    panel.querySelector("#panel-title").dataset.row = made.id;
    window.htmx.process(made);
    box = made.querySelector("input[name='pick']");
    if (box) { box.checked = Boolean(isPicked); }
    if (hadFocus) { focusRow(made); }
  }

  // ------------------------------------------------------------------ panel

  function isOpen() { return !panel.hidden; }

  function isDirty() {
    var form = panel.querySelector("form[data-guard]");
    return Boolean(form && form.dataset.changed);
  }

  function mayLeave() {
    if (!isDirty() || warned) { return true; }
    warned = true;
    announce(say("unsaved"), true);
    return false;
  }

  function closePanel() {
    if (!isOpen() || !mayLeave()) { return; }
    var title = panel.querySelector("#panel-title");
    var row = document.getElementById((title && title.dataset.row) || home);
    panel.hidden = true;
    panel.innerHTML = "<h2 id='panel-title'></h2>";
    panel.firstChild.textContent = say("patient");
    document.body.classList.remove("hc-panel-open");
    warned = false;
    if (!focusRow(row)) { document.getElementById("queue-heading").focus(); }
  }

  function showPanel() {
    panel.hidden = false;
    warned = false;
    document.body.classList.add("hc-panel-open");
    freshenRow();
    var said = textOf(panel, ".hc-message");
    var title = panel.querySelector("#panel-title");
    var form = panel.querySelector("form[data-guard]");
    var wrong = panel.querySelector("[data-focus-first]");
    if (title && title.dataset.row) { home = title.dataset.row; }
    if (wrong) {
      wrong.focus();
    } else if (form && !panel.querySelector(".hc-quick")) {
      (form.querySelector("input:not([type='hidden']), select, textarea") || title).focus();
    } else if (!(said && byKey && !form && focusRow(document.getElementById(home)))) {
      title.focus();
    }
    if (!form) { byKey = false; }
    if (said) { announce(said); }
  }

  // ------------------------------------------------------------------ keys

  function areKeysOn() { return window.localStorage.getItem(STORE) !== "off"; }

  function isTyping(element) {
    return element.matches("textarea, select, [contenteditable]") ||
      (element.matches("input") && !element.matches("[type='checkbox'], [type='radio'], [type='submit']"));
  }

  function press(key) {
    var row = currentRow(), title = panel.querySelector("#panel-title");
    var isHere = isOpen() && (!row || title.dataset.row === row.id);
    var button = isHere && panel.querySelector("[data-key='" + key + "']");
    if (button) { button.click(); return; }
    button = row && row.querySelector("[data-key='" + key + "']");
    if (button) { begin(row); button.click(); return; }
    if (row && !isHere && "bs".indexOf(key) >= 0) {
      begin(row);
      typedAhead.push(key);
      row.querySelector("[data-open]").click();
    } else if ("cbs".indexOf(key) >= 0) {
      announce(say(row ? "notNow" : "chooseFirst"));
    }
  }

  function begin(row) {
    home = row.id;
    byKey = row.contains(document.activeElement) || document.activeElement === document.body;
  }

  function pick(row) {
    var box = row && row.querySelector("input[name='pick']");
    if (!box) { return; }
    box.click();
    announce(say(box.checked ? "chosen" : "notChosen", { name: textOf(row, "[data-open]") }));
  }

  var DEEDS = {
    "?": function () { sheet.showModal(); },
    "/": function () { document.getElementById("search").focus(); },
    j: function () { step(1); },
    k: function () { step(-1); },
    o: function () { var row = currentRow(); if (row) { row.querySelector("[data-open]").click(); } },
    x: function () { pick(currentRow()); }
  };

  function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || sheet.open) { return; }
    if (event.key === "Escape") {
      if (isOpen() && !document.querySelector("details.hc-menu[open]")) { closePanel(); }
      return;
    }
    if (event.key.length !== 1 || !areKeysOn() || isTyping(event.target)) { return; }
    var deed = DEEDS[event.key];
    if (!deed && "cbsnvu".indexOf(event.key) < 0) { return; }
    event.preventDefault();
    if (isLoading) { typedAhead.push(event.key); return; }
    if (deed) { deed(); } else { press(event.key); }
  }

  function catchUp() {
    var key = typedAhead.shift();
    if (!key || isTyping(document.activeElement)) { typedAhead = []; return; }
    if (DEEDS[key]) { DEEDS[key](); } else { press(key); }
    if (!isLoading) { catchUp(); }
  }

  // ------------------------------------------------------------------ the list

  function refresh() {
    var search = document.getElementById("search");
    place = { row: home, picks: textOfPicks(), top: window.scrollY };
    if (search.value && !location.search.includes("tab=")) {
      window.htmx.trigger(search.form, "submit");
      return;
    }
    window.htmx.ajax("GET", location.pathname + location.search, { target: "#queue", swap: "innerHTML" });
  }

  function textOfPicks() {
    return Array.prototype.map.call(queue.querySelectorAll("input[name='pick']:checked"), function (box) {
      return box.value.split(".")[0];
    });
  }

  function afterList() {
    seenAt = Date.now();
    saidOld = false;
    reveal();
    if (place) {
      place.picks.forEach(function (pk) {
        var box = queue.querySelector("input[name='pick'][value^='" + pk + "']");
        if (box) { box.checked = true; }
      });
      if (!focusRow(document.getElementById(place.row))) { document.getElementById("queue-heading").focus(); }
      window.scrollTo(0, place.top);
      announce(say("upToDate"));
      place = null;
    }
    countPicks();
  }

  function countPicks() {
    var count = queue.querySelectorAll("input[name='pick']:checked").length;
    var words = queue.querySelector("[data-pick-count]");
    if (!words) { return; }
    words.textContent = count ? words.dataset.pickCount.replace("{n}", count) : words.dataset.pickNone;
  }

  function reveal() {
    document.querySelectorAll("[data-script-only]").forEach(function (one) {
      if (one !== panel) { one.hidden = false; }
    });
  }

  function grow() {
    var minutes = Math.floor((Date.now() - seenAt) / 60000);
    var words = queue.querySelector("[data-age]");
    if (!words || minutes < OLD_AFTER) { return; }
    words.hidden = false;
    words.textContent = say("old", { n: minutes });
    if (!saidOld) { announce(words.textContent); saidOld = true; }
  }

  // ------------------------------------------------------------------ events

  function targetOf(event) { return event.detail && event.detail.target; }

  document.addEventListener("htmx:beforeRequest", function (event) {
    if (targetOf(event) !== panel) { return; }
    var row = rowOf(event.detail.elt);
    if (!panel.contains(event.detail.elt) && !mayLeave()) { event.preventDefault(); typedAhead = []; return; }
    if (row) { home = row.id; }
    if (event.detail.elt.matches("form")) { hush(event.detail.elt); }
    isLoading = true;
  });
  document.addEventListener("htmx:afterSettle", function (event) {
    var target = targetOf(event);
    if (target === panel) { isLoading = false; showPanel(); catchUp(); }
    if (target === queue) { afterList(); }
    var news = target && target !== queue && target.querySelector("[data-announce]");
    if (news) { announce(news.textContent.trim()); }
  });
  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      isLoading = false;
      typedAhead = [];
      if (targetOf(event) !== panel && targetOf(event) !== queue) { return; }
      var status = event.detail.xhr && event.detail.xhr.status;
      var words = say(status === 403 ? "forbidden" : "failed");
      var form = event.detail.elt.closest("#panel form");
      if (form) { complain(form, words); } else { announce(words, true); }
    });
  });
  document.addEventListener("hepcalc:held", function () { isLoading = false; typedAhead = []; });
  document.addEventListener("keydown", onKey);
  document.addEventListener("input", function (event) {
    var form = event.target.closest("form[data-guard]");
    if (form) { form.dataset.changed = "yes"; }
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-pick-all]")) {
      queue.querySelectorAll("input[name='pick']").forEach(function (box) { box.checked = event.target.checked; });
    }
    if (event.target.matches("[data-keys-switch]")) {
      window.localStorage.setItem(STORE, event.target.checked ? "on" : "off");
    }
    countPicks();
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-close-panel]")) { closePanel(); }
    if (event.target.closest("[data-open-keys]")) { sheet.showModal(); }
    if (event.target.closest("[data-refresh]")) { event.preventDefault(); refresh(); }
  });
  document.addEventListener("focusin", function (event) {
    var row = rowOf(event.target);
    if (row) { home = row.id; }
  });
  document.addEventListener("htmx:historyRestore", find);
  window.setInterval(grow, 30000);
  find();
})();
