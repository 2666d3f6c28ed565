'use strict';
// Counts down the time for a code, offers more when it is nearly over, and loads the page anew when it is.
{
	const clock = document.querySelector('[data-countdown]');
	const bar = document.querySelector('[data-countdown-bar]');
	const more = document.querySelector('[data-more-time]');
	const offer = more?.querySelector('[role=status]');
	const words = offer?.textContent;
	const end = performance.now() + clock.dataset.countdown * 1000;
	const show = () => {
		const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
		clock.textContent = Math.floor(left / 60) + ':' + String(left % 60).padStart(2, '0');
		bar.value = left;
		if (more && more.hidden !== left > 20) {
			more.hidden = left > 20;
			// Said aloud when it appears.
			offer.textContent = more.hidden ? '' : words;
		}
		if (left === 0) {
			clearInterval(timer);
			location.assign(location.pathname + location.search);
		}
	};
	const timer = setInterval(show, 1000);
	show();
}
