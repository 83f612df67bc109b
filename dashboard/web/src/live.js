// The picture that the server drew is a whole chart. Its live twin, with values under the pointer, weighs more than the rest
// of the page, so it is fetched when somebody reaches for it: with a pointer, a finger or the keyboard.
const { charts } = document.currentScript.dataset
for (const script of document.querySelectorAll('script[data-chart]')) {
  const figure = script.closest('figure')
  if (!figure) continue
  const wake = () => {
    for (const event of ['pointerenter', 'touchstart', 'focusin']) figure.removeEventListener(event, wake)
    import(charts).then(module => module.draw(script)).catch(() => {}) // without it the picture stays
  }
  for (const event of ['pointerenter', 'touchstart', 'focusin']) figure.addEventListener(event, wake, { passive: true })
}
