// Posts the query and shows the answer.
const byId = (id) => document.getElementById(id);

async function run() {
  let variables;
  try {
    variables = JSON.parse(byId("variables").value || "{}");
  } catch {
    byId("answer").textContent = "The variables are no JSON.";
    return;
  }
  const answer = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: byId("query").value, variables }),
  });
  const text = await answer.text();
  try {
    byId("answer").textContent = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    byId("answer").textContent = text;
  }
}

byId("run").addEventListener("click", run);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter") run();
});
