// Warns before the session ends, and keeps what was typed while its owner signs in again.
// Nothing typed is stored: it stays in the page, which is covered until the same person is back.
(function () {
  "use strict";

  var WARNING = 120000;
  var box, endsAt, timer, isOver = false;

  function all(name) { return box.querySelectorAll("[data-session-" + name + "]"); }

  function show(name, isShown) {
    all(name).forEach(function (part) { part.hidden = !isShown; });
  }

  function say(words) { all("words")[0].textContent = words; }

  // Covered, this is all there is of the page, for screen readers too.
  function cover(isCovered) {
    document.body.classList.toggle("hc-is-over", isCovered);
    box.setAttribute("role", isCovered ? "main" : "region");
    document.getElementById("session-title").setAttribute("aria-level", isCovered ? "1" : "2");
  }

  function hasText() {
    return Array.prototype.some.call(document.querySelectorAll("main input, main textarea, main select"),
      function (field) {
        if (field.type === "hidden" || field.type === "search") { return false; }
        if (field.type === "checkbox" || field.type === "radio") { return field.checked !== field.defaultChecked; }
        if (field.tagName === "SELECT") {
          return Array.prototype.some.call(field.options, function (one) { return one.selected !== one.defaultSelected; })
            && field.selectedIndex > 0;
        }
        return field.value !== field.defaultValue;
      });
  }

  function ask(method) {
    var headers = { Accept: "application/json" };
    var token = document.querySelector("input[name=csrfmiddlewaretoken]");
    if (method === "POST") { headers["X-CSRFToken"] = token ? token.value : ""; }
    else { headers["X-Background"] = "1"; }
    return fetch(box.dataset.url, { method: method, headers: headers, redirect: "manual", cache: "no-store" })
      .then(function (answer) { return answer.ok ? answer.json() : { seconds: 0, whose: "", token: "" }; });
  }

  // True while the same person is signed in.
  function take(state) {
    if (state.seconds <= 0) { end(); return false; }
    if (state.whose !== box.dataset.whose) { window.location.replace("/"); return false; }
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach(function (field) { field.value = state.token; });
    isOver = false;
    cover(false);
    endsAt = Date.now() + state.seconds * 1000;
    if (state.seconds * 1000 > WARNING) { box.hidden = true; }
    wait();
    return true;
  }

  function wait() {
    clearTimeout(timer);
    var left = endsAt - Date.now();
    timer = setTimeout(left > WARNING ? look : end_or_look, Math.max(left > WARNING ? left - WARNING : left, 0));
  }

  function end_or_look() { ask("GET").then(take, function () { end(); }); }

  // Another window may have been at work meanwhile: ask before warning.
  function look() {
    ask("GET").then(function (state) {
      take(state);
      if (!isOver && state.seconds > 0 && state.seconds * 1000 <= WARNING + 1000) { warn(); }
    }, warn);
  }

  function warn() {
    if (!box.hidden) { return; }
    show("soon", true);
    show("over", false);
    say("");
    box.hidden = false;
    say(box.dataset.soon);
  }

  function end() {
    clearTimeout(timer);
    if (isOver) { say(box.dataset.nobody); return; }
    if (!hasText()) {
      window.location.assign(box.dataset.signIn + "?next=" + encodeURIComponent(window.location.pathname + window.location.search));
      return;
    }
    isOver = true;
    show("soon", false);
    show("over", true);
    say("");
    box.hidden = false;
    cover(true);
    document.getElementById("session-title").focus();
  }

  function goOn() { ask("GET").then(take, function () { say(box.dataset.silent); }); }

  function begin() {
    box = document.querySelector(".hc-session");
    if (!box) { return; }
    endsAt = Date.now() + Number(box.dataset.seconds) * 1000;
    all("stay")[0].addEventListener("click", function () { ask("POST").then(take, end); });
    all("back")[0].addEventListener("click", goOn);
    document.addEventListener("visibilitychange", function () {
      if (document.visibilityState === "visible") { goOn(); }
    });
    wait();
  }

  // Signed out, or signed in anew, in another window: what a form sent is not lost. The page stays
  // as it is while nobody is signed in; a form that is older than the sign-in is sent once more,
  // with the new token.
  function hold(event) {
    var xhr = event.detail.xhr, form = event.detail.elt.matches("form") && event.detail.elt;
    var leads = xhr.getResponseHeader("HX-Redirect") || "";
    var isAway = leads.indexOf(box.dataset.signIn) === 0 && hasText();
    var isOld = xhr.status === 403 && form && !form.dataset.sentAgain;
    if (form) { delete form.dataset.sentAgain; }
    if (!isAway && !isOld) { return; }
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("hepcalc:held"));
    if (isAway) { if (!isOver) { end(); } return; }
    var sent = event.detail.requestConfig.triggeringEvent;
    ask("GET").then(take).then(function (isIn) {
      if (isIn) { sendAgain(form, sent && sent.submitter); }
    }, goOn);
  }

  function sendAgain(form, button) {
    form.dataset.sentAgain = "yes";
    delete form.dataset.sentAt;
    form.requestSubmit(button && form.contains(button) ? button : undefined);
  }

  // What was typed is on this page only: a form that leads elsewhere, as the choice of a language
  // does, asks once before it is lost.
  function keep(event) {
    var form = event.target, isRefused = document.querySelector("main [data-focus-first]");
    if (!form.matches("[data-unsaved]") || form.dataset.asked || document.querySelector("main [type=password]")) { return; }
    if (!hasText() && !isRefused) { return; }
    event.preventDefault();
    form.dataset.asked = "yes";
    form.querySelector("[role=alert]").textContent = form.dataset.unsaved;
  }

  function forget() {
    document.querySelectorAll("[data-asked]").forEach(function (form) {
      delete form.dataset.asked;
      form.querySelector("[role=alert]").textContent = "";
    });
  }

  document.addEventListener("submit", keep);
  document.addEventListener("input", forget);
  document.addEventListener("htmx:beforeOnLoad", function (event) { if (box) { hold(event); } });

  // What htmx asks for without anybody having done something does not keep the session alive.
  document.addEventListener("htmx:configRequest", function (event) {
    if (!event.detail.triggeringEvent) { event.detail.headers["X-Background"] = "1"; }
  });
  document.addEventListener("DOMContentLoaded", begin);
})();
