// A classic script, in the head: the remembered theme has to be there before anything is painted.
{
  let theme = null
  try {
    theme = localStorage.getItem('hydrant-theme')
  } catch {
    // Storage is refused in some private windows; the system's theme is right then.
  }
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme
}
