// Follow a long export: read the same page again until it has come to an end. Without this, people press "Look again".
const EVERY = 2000
const box = document.querySelector("[data-progress]")

async function look() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" })
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    const now = page.querySelector("[data-progress]")
    if (!now) return location.reload()
    box.querySelector("[role=status]").textContent = now.querySelector("[role=status]").textContent
    box.querySelector("progress").value = now.querySelector("progress").value
  } catch {
    // no network for a moment: the next look may find it again
  }
  setTimeout(look, EVERY)
}

if (box) setTimeout(look, EVERY)
