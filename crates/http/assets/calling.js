'use strict';
// Follows a phone call: puts what has changed into the page, and goes on by itself once the call says yes.
{
	const state = () => document.querySelector('[data-call]').dataset.call;
	let timer;
	// Parses without a script being able to smuggle markup in: texts are no documents under our policy.
	const ask = () => new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		request.open('GET', location.href);
		request.responseType = 'document';
		request.onload = () => resolve(request);
		request.onerror = reject;
		request.send();
	});
	const show = (page) => {
		for (const part of document.querySelectorAll('[data-live]')) {
			const now = page.getElementById(part.id);
			if (part.className !== now.className) part.className = now.className;
			if (part.innerHTML !== now.innerHTML) part.replaceChildren(...now.childNodes);
		}
		document.querySelector('[data-call]').dataset.call = page.querySelector('[data-call]').dataset.call;
	};
	const look = async () => {
		try {
			const answer = await ask();
			if (new URL(answer.responseURL).pathname !== location.pathname) return location.assign(answer.responseURL);
			if (answer.status === 200) show(answer.response);
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
