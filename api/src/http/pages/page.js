// Polls /status and shows it. Text goes in as text, never as markup.
const byId = (id) => document.getElementById(id);
const columns = ["name", "status", "contacts", "approved", "rendered", "attempted", "delivered", "listened", "failed", "blocked", "held"];
const PAUSE_MS = 2000;

function show(status) {
  byId("sandbox").hidden = !status.sandbox;
  byId("sign-in").hidden = status.signedIn;
  byId("sign-out").hidden = !status.signedIn;
  byId("campaigns").hidden = !status.signedIn;
  const lag = status.behind === null ? "the database can't be reached" : status.behind === 0 ? "up to date" : `${status.behind} changes behind`;
  byId("state").textContent = status.signedIn ? `Signed in as ${status.role}. Read models: ${lag}.` : `Not signed in. Read models: ${lag}.`;
  byId("rows").replaceChildren(...status.campaigns.map((campaign) => {
    const row = document.createElement("tr");
    for (const column of columns) {
      const cell = document.createElement("td");
      cell.textContent = campaign[column];
      row.append(cell);
    }
    return row;
  }));
}

async function poll() {
  try {
    const answer = await fetch("/status");
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
  } catch {
    byId("state").textContent = "The server does not answer; trying again.";
  }
  setTimeout(poll, PAUSE_MS);
}

byId("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const answer = await fetch("/sign-in", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: form.get("email"), password: form.get("password") }),
  });
  if (answer.ok) location.reload();
  else byId("state").textContent = (await answer.json()).error.message;
});

byId("sign-out").addEventListener("click", async () => {
  await fetch("/sign-out", { method: "POST" });
  location.reload();
});

poll();
