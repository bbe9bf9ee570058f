// The console's script: tables on narrow pages, a verdict while typing, news of entries, passkeys. Pages work without it.
// It writes text nodes only: nothing that came from others can become markup.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function post(path, fields) {
  const answer = await fetch(path, { method: "POST", body: new URLSearchParams(fields), headers: { accept: "application/json" } });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.detail || found.mistake || answer.statusText);
  return found;
}

// -- the verdict, while typing ---------------------------------------------------------------------------------
function showVerdict(place, found) {
  place.replaceChildren();
  if (found.mistake) {
    const line = document.createElement("p");
    line.className = "mistake";
    line.textContent = found.mistake;
    place.append(line);
  }
  if (!found.verdict) return;
  const card = document.getElementById("verdict-template").content.cloneNode(true);
  const section = card.querySelector("section");
  section.classList.add(`verdict-${found.verdict.outcome}`);
  const sign = { permitted: "✓", refused: "✕", "needs-consent": "?" }[found.verdict.outcome];
  card.querySelector(".outcome").textContent = `${sign} ${found.verdict.words}`;
  for (const ground of found.verdict.grounds) {
    const line = document.createElement("li");
    const cite = document.createElement("cite");
    cite.textContent = ground.ref;
    line.append(cite, ` ${ground.text}`);
    card.querySelector(".grounds").append(line);
  }
  if (found.verdict.agreement) {
    card.querySelector(".under").hidden = false;
    card.querySelector(".under span").textContent = found.verdict.agreement;
  }
  if (found.verdict.ask.length) {
    card.querySelector(".ask").hidden = false;
    card.querySelector(".ask span").textContent = found.verdict.ask.join(", ");
  }
  for (const remedy of found.verdict.remedies) {
    const line = document.createElement("p");
    line.className = "remedy";
    line.textContent = remedy;
    card.querySelector(".remedies").append(line);
  }
  place.append(card);
}

function watchVerdict() {
  const form = document.querySelector("form[data-verdict]");
  const place = document.getElementById("verdict");
  if (!place || !form) return;
  let turn = 0;
  let timer = 0;
  const ask = async () => {
    const mine = ++turn;
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && value) fields[name] = value;
    }
    if (form.dataset.token) fields["form-token"] = form.dataset.token; // a form that is got has it in no address
    if (form.dataset.item) fields.item = form.dataset.item;
    if (!fields.to || !fields.purpose) {
      place.replaceChildren(); // what was said of another Party or purpose says nothing of none
      return;
    }
    try {
      const found = await post("/verdict", fields);
      if (mine === turn) showVerdict(place, found);
    } catch (error) {
      if (mine === turn) showVerdict(place, { mistake: error instanceof TypeError ? place.dataset.lost : error.message });
    }
  };
  form.addEventListener("input", () => {
    // what could be done by the verdict that was asked for is not offered beside another
    for (const each of document.querySelectorAll("[data-decided]")) each.hidden = true;
    clearTimeout(timer);
    timer = setTimeout(ask, 250);
  });
}

// -- tables on narrow pages --------------------------------------------------------------------------------------
// Each cell learns its column's name; the roles keep it a table for whoever hears it, however it is laid out.
function labelTables() {
  const role = (elements, name) => elements.forEach((element) => element.setAttribute("role", name));
  for (const table of document.querySelectorAll("main table")) {
    const names = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.cells].forEach((cell, number) => { cell.dataset.label = names[number] || ""; });
    }
    role([table], "table");
    role(table.querySelectorAll("thead, tbody"), "rowgroup");
    role(table.querySelectorAll("tr"), "row");
    role(table.querySelectorAll("td"), "cell");
    role(table.querySelectorAll("thead th"), "columnheader");
    role(table.querySelectorAll("tbody th"), "rowheader");
    table.classList.add("labelled");
  }
}

// -- a form is sent once ----------------------------------------------------------------------------------------
function sendOnce() {
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    if (sent.has(event.target)) event.preventDefault();
    sent.add(event.target);
    setTimeout(() => sent.delete(event.target), 5000);
  });
}

// -- news ------------------------------------------------------------------------------------------------------
function watchNews() {
  const place = document.querySelector("[data-live]");
  if (!place) return;
  let news = false;
  let leaving = false; // a reload would call off where the reader is going
  const look = () => {
    if (news && !leaving && document.visibilityState === "visible") location.reload();
  };
  new EventSource("/events").addEventListener("entries", (event) => {
    news = event.data !== place.dataset.live; // what came while the page was being read counts, too
    look();
  });
  document.addEventListener("visibilitychange", look);
  window.addEventListener("beforeunload", () => {
    leaving = true;
    setTimeout(() => { leaving = false; look(); }, 5000); // a file was saved, and the page is still here
  });
}

// -- passkeys --------------------------------------------------------------------------------------------------
async function usePasskey(form) {
  const asked = await post(form.action, new FormData(form));
  const options = asked.options;
  options.challenge = bytes(options.challenge);
  const made = form.dataset.passkey === "new";
  if (made) {
    options.user.id = bytes(options.user.id);
    for (const each of options.excludeCredentials || []) each.id = bytes(each.id);
  }
  const key = made
    ? await navigator.credentials.create({ publicKey: options })
    : await navigator.credentials.get({ publicKey: options });
  const given = key.response;
  const response = { clientDataJSON: text(given.clientDataJSON) };
  if (made) {
    response.attestationObject = text(given.attestationObject);
  } else {
    response.authenticatorData = text(given.authenticatorData);
    response.signature = text(given.signature);
    response.userHandle = given.userHandle ? text(given.userHandle) : null;
  }
  const answer = JSON.stringify({ id: key.id, rawId: text(key.rawId), type: key.type, response });
  const fields = new URLSearchParams(new FormData(form));
  fields.set("name", asked.name);
  fields.set("answer", answer);
  const done = await post(form.action, fields);
  location.assign(done.path || "/me");
}

function watchPasskeys() {
  for (const form of document.querySelectorAll("[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.querySelector("button").disabled = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const place = form.querySelector("[role=alert]");
      place.hidden = true;
      try {
        await usePasskey(form);
      } catch (error) {
        place.textContent = error.message;
        place.hidden = false;
      }
    });
  }
}

labelTables();
sendOnce();
watchVerdict();
watchNews();
watchPasskeys();
