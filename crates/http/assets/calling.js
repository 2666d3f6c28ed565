'use strict';
// Follows a phone call: puts what has changed into the page, and goes on by itself once the call says yes.
{
	const state = () => document.querySelector('[data-call]')?.dataset.call;
	let timer;
	const look = async () => {
		try {
			const answer = await fetch(location.href, { cache: 'no-store' });
			if (answer.redirected) return location.assign(answer.url);
			if (!answer.ok) return;
			const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
			const fresh = page.querySelector('[data-call]');
			if (!fresh) return location.reload();
			for (const part of document.querySelectorAll('[data-live]')) {
				const now = page.getElementById(part.id);
				if (!now) continue;
				if (part.className !== now.className) part.className = now.className;
				if (part.innerHTML !== now.innerHTML) part.replaceChildren(...now.childNodes);
			}
			document.querySelector('[data-call]').dataset.call = fresh.dataset.call;
		} catch {
			// The network is away; the next look may find it.
		}
		if (state() === 'granted') document.getElementById('go-on').requestSubmit();
		else if (state() === 'under_way') timer = setTimeout(look, 1000);
		else for (const part of document.querySelectorAll('[data-when-over]')) part.hidden = false;
	};
	timer = setTimeout(look, 500);
	addEventListener('pagehide', () => clearTimeout(timer));
}
