// Suggest the browser's own zone where the page shows times in another one. It suggests and never switches.
const form = document.querySelector("[data-zone-form]")
const own = Intl.DateTimeFormat().resolvedOptions().timeZone
const now = new Date()
const clockIn = (timeZone) => now.toLocaleString("en-GB", { timeZone })

if (form && own && clockIn(own) !== clockIn(form.dataset.zone)) {
  const address = new URL(location.href)
  address.searchParams.set("tz", own)
  const link = document.createElement("a")
  link.href = address.href
  link.textContent = `Show times in ${own.split("/").pop().replaceAll("_", " ")} time`
  const words = document.createElement("p")
  words.className = "note zone-suggestion"
  words.append("Your device is set to another time zone. ", link)
  document.querySelector(".time-zone")?.after(words)
}
