// The picture that the server drew is a whole chart. Its live twin, with values under the pointer, weighs more than the rest
// of the page, so it is fetched when somebody reaches for it: with a pointer, a finger or the keyboard.
const { charts } = document.currentScript.dataset
function bind () {
  for (const script of document.querySelectorAll('script[data-chart]')) {
    const figure = script.closest('figure')
    if (!figure) continue
    const wake = () => {
      for (const event of ['pointerenter', 'touchstart', 'focusin']) figure.removeEventListener(event, wake)
      import(charts).then(module => module.draw(script)).catch(() => {}) // without it the picture stays
    }
    for (const event of ['pointerenter', 'touchstart', 'focusin']) figure.addEventListener(event, wake, { passive: true })
  }
  // The moment that the slider stands at, in words.
  for (const range of document.querySelectorAll('.vintages input[type=range]')) {
    range.addEventListener('input', () => {
      const words = range.list.options[range.value].label
      range.setAttribute('aria-valuetext', words)
      range.form.querySelector('output').textContent = words
    })
  }
}
bind()
// A page that was sent without a slow panel is put whole when the panel has come, unless the reader is already in it.
const waiting = document.querySelector('[data-late]')
if (waiting) {
  fetch(waiting.dataset.late).then(answer => answer.ok ? answer.text() : Promise.reject(answer.status)).then(text => {
    const main = document.querySelector('main')
    if (main !== document.activeElement && main.contains(document.activeElement)) return
    main.replaceChildren(...new DOMParser().parseFromString(text, 'text/html').querySelector('main').childNodes)
    bind()
  }).catch(() => {}) // the link stands
}
