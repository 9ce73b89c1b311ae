/** A line at the foot of the page, with at most one thing to do. */
export interface Toast {
  text: string;
  act?: { label: string; do: () => void };
}

const shown = $state<{ toast: Toast | undefined }>({ toast: undefined });
let timer: ReturnType<typeof setTimeout> | undefined;

export function toast(): Toast | undefined {
  return shown.toast;
}

/** Shows a toast in place of the one before, for some seconds. */
export function show(next: Toast, seconds = 5): void {
  clearTimeout(timer);
  shown.toast = next;
  timer = setTimeout(hide, seconds * 1000);
}

export function hide(): void {
  clearTimeout(timer);
  shown.toast = undefined;
}
