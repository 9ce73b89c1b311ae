// Before anything is painted: the language and the theme, and the words of the language, which load beside the page's script.
(() => {
  const root = document.documentElement;
  const chosen = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const theme = chosen('theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;

  const known = ['en', 'ja'];
  const wanted = [chosen('locale'), ...navigator.languages].map((tag) => tag?.slice(0, 2).toLowerCase());
  const locale = wanted.find((tag) => known.includes(tag)) ?? 'en';
  // The start page has its words in it, in one file for each language.
  if ('fixed' in root.dataset) {
    if (location.pathname === '/' && locale === 'ja') location.replace('/ja' + location.search);
  } else {
    root.lang = locale;
  }
  for (const href of (root.dataset[root.lang] ?? '').split(' ').filter(Boolean)) {
    document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', href }));
  }
})();
