// The widget of Turnstile, as far as pages use it:
// https://developers.cloudflare.com/turnstile/get-started/client-side-rendering/ (read 2026-11-30). It challenges nobody.
(() => {
  // Site keys of tests that let nobody through; the others let everybody through, and this one after a click.
  const REFUSED = ['2x00000000000000000000AB', '2x00000000000000000000BB'];
  const INTERACTIVE = '3x00000000000000000000FF';
  const widgets = new Map();
  const settings = new URL(document.currentScript.src).searchParams;
  let made = 0;

  const call = (callback, ...values) => (typeof callback === 'string' ? window[callback] : callback)?.(...values);

  const finish = (widget) => {
    if (REFUSED.includes(widget.options.sitekey)) {
      widget.words.textContent = 'Verification failed';
      // 300030: the challenge was not met.
      call(widget.options['error-callback'], '300030');
      return;
    }
    widget.response = `stand-in.${crypto.randomUUID()}`;
    widget.field.value = widget.response;
    widget.words.textContent = 'Success!';
    call(widget.options.callback, widget.response);
  };

  const begin = (widget) => {
    widget.response = widget.field.value = '';
    widget.button.hidden = widget.options.sitekey !== INTERACTIVE;
    widget.words.textContent = widget.button.hidden ? 'Verifying…' : '';
    // Never before `render` has come back with the widget's id.
    if (widget.button.hidden) setTimeout(() => widgets.has(widget.id) && finish(widget), 50);
  };

  const create = (options) => {
    const [root, words, button, field] = ['div', 'span', 'button', 'input'].map((name) => document.createElement(name));
    const widget = { id: `cf-chl-widget-${++made}`, root, words, button, field, options, response: '' };
    [root.id, field.type, field.name] = [widget.id, 'hidden', options['response-field-name'] ?? 'cf-turnstile-response'];
    [button.type, button.textContent] = ['button', 'Verify you are human'];
    button.addEventListener('click', () => finish(widget));
    root.setAttribute('role', 'group');
    root.setAttribute('aria-label', 'Turnstile (a stand-in)');
    root.append(words, button, field);
    return widget;
  };

  const render = (container, options = {}) => {
    const host = typeof container === 'string' ? document.querySelector(container) : container;
    if (!host) throw new Error(`[Cloudflare Turnstile] Unable to find a container for "${container}".`);
    const given = Object.fromEntries(Object.entries(host.dataset).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value]));
    const widget = create({ ...given, ...options });
    if (!widget.options.sitekey) throw new Error('[Cloudflare Turnstile] Invalid or missing "sitekey".');
    widgets.set(widget.id, widget);
    host.append(widget.root);
    begin(widget);
    return widget.id;
  };

  // The latest widget, where none is named.
  const named = (id) => widgets.get(id ?? [...widgets.keys()].at(-1));

  window.turnstile = {
    render,
    ready: (callback) => callback(),
    execute: (id) => finish(named(id)),
    reset: (id) => begin(named(id)),
    getResponse: (id) => named(id)?.response,
    isExpired: () => false,
    remove: (id) => {
      named(id)?.root.remove();
      widgets.delete(named(id)?.id);
    },
  };

  if (settings.get('onload')) call(settings.get('onload'));
  if (settings.get('render') !== 'explicit') document.querySelectorAll('.cf-turnstile').forEach((host) => render(host));
})();
