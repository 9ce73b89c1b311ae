/** Asks whether this browser may tell of something; only after somebody asked to be told. */
export async function mayNotify(): Promise<boolean> {
  if (typeof Notification === 'undefined') return false;
  return (await Notification.requestPermission()) === 'granted';
}

/** Tells of something outside of the page, if nobody looks at it. */
export async function notify(text: string, path: string): Promise<void> {
  if (document.visibilityState === 'visible') return;
  const worker = await navigator.serviceWorker?.getRegistration();
  // Phones show notifications of the service worker alone.
  if (worker) await worker.showNotification(text, { data: path, icon: '/icon-192.png', tag: path });
  else new Notification(text, { icon: '/icon-192.png', tag: path });
}
