'use strict';
// Looks every few seconds whether what the page waits for has happened, and shows the page anew when it has.
{
	const card = document.querySelector('[data-waiting]');
	const timer = setInterval(async () => {
		if (document.hidden) return;
		try {
			const answer = await fetch(location.href, { cache: 'no-store' });
			const text = await answer.text();
			const state = /data-waiting="([a-z_]*)"/.exec(text)?.[1];
			if (answer.ok && state === card.dataset.waiting) return;
			if (!answer.ok) return;
			clearInterval(timer);
			location.reload();
		} catch {
			// The network is away; the next look may find it.
		}
	}, 4000);
}
