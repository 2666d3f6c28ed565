'use strict';
const $ = (what, root = document) => root.querySelector(what);
const $$ = (what, root = document) => [...root.querySelectorAll(what)];
const on = (target, type, handler, options) => target?.addEventListener(type, handler, options);
const visit = (path) => location.assign(path);
const tell = (node, text) => { if (node) node.textContent = text; };
const again = () => visit(location.pathname + location.search);
const make = (tag, text, attributes = {}) => {
	const node = document.createElement(tag);
	if (text) node.textContent = text;
	for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
	return node;
};
const csrf = $('meta[name=csrf]')?.content ?? '';

$$('[data-needs-script],[data-copy],[data-copy-text],[data-toggle]').forEach((node) => { node.hidden = false; });
$('[data-focus]')?.focus();

function toast(text, { small = '', action, run, seconds = 8 } = {}) {
	const box = make('div', '', { class: 'toast' });
	const words = make('div', text);
	if (small) words.append(make('small', small));
	box.append(words);
	if (action) {
		const button = make('button', action, { class: 'btn small', type: 'button' });
		on(button, 'click', () => { run(); box.remove(); });
		box.append(button);
	}
	$('[data-toasts]')?.append(box);
	setTimeout(() => box.remove(), seconds * 1000);
	return box;
}

async function post(url, reason) {
	const answer = await fetch(url, {
		method: 'POST',
		body: new URLSearchParams({ reason }),
		headers: { Accept: 'application/json', 'X-CSRF': csrf },
	});
	const data = await answer.json().catch(() => ({}));
	if (answer.ok) return data;
	if (answer.status === 401) again();
	const error = new Error(data.detail);
	error.needsReason = data.errors?.some((problem) => problem.field === 'reason');
	throw error;
}

function askReason() {
	const dialog = $('#reason');
	const input = $('input', dialog);
	input.value = '';
	dialog.returnValue = '';
	dialog.showModal();
	return new Promise((resolve) => {
		on(dialog, 'close', () => resolve(dialog.returnValue === 'ok' ? input.value : null), { once: true });
	});
}

async function withReason(reason, act) {
	try {
		return await act(reason);
	} catch (error) {
		if (!error.needsReason) throw error;
		const given = await askReason();
		return given === null ? null : act(given);
	}
}

// Reveal: for 10 seconds, once more with Keep, never while nobody looks.
const shown = new Map();
function hide(box) {
	const state = shown.get(box);
	if (!state) return;
	clearInterval(state.timer);
	shown.delete(box);
	state.output.textContent = state.mask;
	state.output.classList.remove('shown');
	tell($('[data-left]', box), '');
	const keep = $('[data-keep]', box);
	if (keep) keep.hidden = true;
}
async function reveal(form) {
	const box = form.closest('[data-secret]');
	if (shown.has(box)) return hide(box);
	const data = await withReason(form.elements.reason?.value ?? '', (reason) => post(form.action, reason));
	if (!data) return;
	const output = $('[data-mask]', box);
	const state = { output, mask: output.textContent, left: 10 };
	shown.set(box, state);
	output.textContent = data.password;
	output.classList.add('shown');
	const keep = $('[data-keep]', box);
	const count = () => tell($('[data-left]', box), 'Hidden again in ' + state.left + ' s');
	if (keep) {
		keep.hidden = false;
		keep.onclick = () => { state.left += 10; keep.hidden = true; count(); };
	}
	count();
	state.timer = setInterval(() => { state.left -= 1; if (state.left <= 0) hide(box); else count(); }, 1000);
}
const hideAll = () => [...shown.keys()].forEach(hide);
on(window, 'blur', hideAll);
on(window, 'pagehide', hideAll);
on(document, 'visibilitychange', () => { if (document.hidden) hideAll(); });

// Copy: the value goes to the clipboard and never into the page.
let clearing;
function forget() {
	clearTimeout(clearing?.timer);
	clearing?.toast.remove();
}
function clear() {
	if (!clearing) return;
	forget();
	clearing = undefined;
	navigator.clipboard.writeText('').catch(() => {});
}
function clearWhenSeen() {
	if (document.hasFocus()) clear();
	else on(window, 'focus', clear, { once: true });
}
async function write(value) {
	const blob = value.then((text) => new Blob([text], { type: 'text/plain' }));
	blob.catch(() => {});
	const done = navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
	done.catch(() => {});
	await value;
	return done;
}
async function copy(url, reason = '') {
	const done = await withReason(reason, async (given) => {
		await write(post(url, given).then((data) => data.password));
		return true;
	});
	if (!done) return;
	forget();
	clearing = {
		toast: toast('Password copied. Clears in 30 s.', { small: 'Your system’s clipboard history may still hold it.', action: 'Clear now', run: clear, seconds: 31 }),
		timer: setTimeout(clearWhenSeen, 30000),
	};
}
const fail = (error) => toast(error.message || 'That did not work.');
const textOf = (node) => (node.id === 'codes' ? $$('li', node).map((item) => item.textContent).join('\n') : node.textContent.replaceAll(' ', ''));

on(document, 'submit', (e) => {
	const form = e.target;
	if (form.matches('[data-reveal]')) {
		e.preventDefault();
		reveal(form).catch(fail);
	} else if (form.matches('[data-ask-reason]') && !form.elements.reason) {
		e.preventDefault();
		askReason().then((reason) => {
			if (reason === null) return;
			form.append(make('input', '', { type: 'hidden', name: 'reason', value: reason }));
			form.submit();
		});
	} else if (form.getAttribute('action') === '/sign-out') {
		clear();
	}
});

on(document, 'click', (e) => {
	const button = e.target.closest('button,a');
	if (!button) return;
	const { copy: url, copyText, toggle, download, print } = button.dataset;
	if (url) {
		const reason = button.closest('form')?.elements.reason?.value ?? '';
		copy(url, reason).catch(fail);
	} else if (copyText) {
		navigator.clipboard.writeText(textOf(document.getElementById(copyText))).then(() => toast('Copied.'), fail);
	} else if (toggle) {
		const field = document.getElementById(toggle);
		const show = field.type === 'password';
		field.type = show ? 'text' : 'password';
		button.setAttribute('aria-pressed', show);
		$('span', button).textContent = show ? 'Hide' : 'Show';
	} else if (download) {
		const list = document.getElementById(download);
		const address = URL.createObjectURL(new Blob([list.dataset.head, '\n\n', textOf(list), '\n'], { type: 'text/plain' }));
		make('a', '', { href: address, download: list.dataset.file }).click();
		setTimeout(() => URL.revokeObjectURL(address), 1000);
	} else if (print !== undefined) {
		window.print();
	} else if (button.matches('[data-palette-open]')) {
		e.preventDefault();
		openPalette();
	}
});

// Sign-in: Caps Lock, pasted codes, time left.
for (const field of $$('[data-caps]')) {
	const hint = $('[data-caps-hint="' + field.id + '"]');
	for (const type of ['keydown', 'keyup']) on(field, type, (e) => tell(hint, e.getModifierState?.('CapsLock') ? 'Caps Lock is on' : ''));
}
for (const field of $$('[data-code]')) {
	on(field, 'input', (e) => {
		const whole = field.value.replace(/\s/g, '').length === +field.dataset.code;
		if (whole && !/^(insertText|delete)/.test(e.inputType)) field.form.requestSubmit();
	});
}

// Command palette.
const palette = $('#palette');
const box = $('#palette-input');
const list = $('#palette-list');
let options = [];
let chosen = -1;
let waiting;
let answered;
function choose(index) {
	options[chosen]?.setAttribute('aria-selected', 'false');
	chosen = options.length ? (index + options.length) % options.length : -1;
	const option = options[chosen];
	if (!option) return box.removeAttribute('aria-activedescendant');
	option.setAttribute('aria-selected', 'true');
	option.scrollIntoView({ block: 'nearest' });
	box.setAttribute('aria-activedescendant', option.id);
}
async function look() {
	const asked = box.value;
	clearTimeout(waiting);
	const answer = await fetch('/palette?q=' + encodeURIComponent(asked), { headers: { Accept: 'application/json' } });
	const groups = answer.ok && await answer.json();
	if (asked !== box.value || !groups) return;
	answered = asked;
	options = [];
	list.replaceChildren(...groups.map((group, index) => {
		const title = make('span', group.title, { id: 'group-' + index });
		const section = make('div', '', { role: 'group', 'aria-labelledby': title.id });
		section.append(title, ...group.hits.map((hit) => {
			const option = make('div', '', { role: 'option', id: 'option-' + options.length, 'aria-selected': 'false' });
			option.append(make('strong', hit.title), make('span', hit.detail, { class: 'hint' }));
			option.hit = hit;
			on(option, 'click', () => visit(hit.url));
			options.push(option);
			return option;
		}));
		return section;
	}));
	box.setAttribute('aria-expanded', options.length > 0);
	$('[data-palette-count]').textContent = options.length + (options.length === 1 ? ' result' : ' results');
	chosen = -1;
	choose(0);
}
function openPalette() {
	if (palette.open) return;
	box.value = '';
	palette.showModal();
	search();
}
const search = () => look().catch(fail);
// What was typed last counts, so Enter waits for its answer.
async function openChosen() {
	if (answered !== box.value) await search();
	const option = answered === box.value && options[chosen];
	if (option) visit(option.hit.url);
	else box.form.submit();
}
on(box, 'input', () => { clearTimeout(waiting); waiting = setTimeout(search, 150); });
on(box, 'keydown', (e) => {
	const hit = options[chosen]?.hit;
	if (e.key === 'ArrowDown') choose(chosen + 1);
	else if (e.key === 'ArrowUp') choose(chosen - 1);
	else if (e.key === 'Enter' && !e.isComposing) openChosen();
	else if (e.key === 'Escape' && box.value) { box.value = ''; search(); }
	else if (e.key === 'c' && (e.ctrlKey || e.metaKey) && hit?.copy && box.selectionStart === box.selectionEnd) {
		palette.close();
		copy(hit.copy).catch(fail);
	} else return;
	e.preventDefault();
});

// Single keys; off if the person says so (WCAG 2.1.4).
const KEY = 'portcullis-shortcuts';
const enabled = () => localStorage.getItem(KEY) !== 'off';
const toggleBox = $('[data-shortcuts-switch]');
if (toggleBox) {
	toggleBox.checked = enabled();
	on(toggleBox, 'change', () => localStorage.setItem(KEY, toggleBox.checked ? 'on' : 'off'));
}
const rows = $$('[data-rows] tbody tr');
let row = -1;
let afterG = false;
function go(step) {
	if (!rows.length) return;
	rows[row]?.classList.remove('here');
	row = Math.min(Math.max(row + step, 0), rows.length - 1);
	rows[row].classList.add('here');
	$('a', rows[row])?.focus();
}
const places = { v: '/passwords', r: '/resources', a: '/audit', h: '/' };
on(document, 'keydown', (e) => {
	if (e.key.toLowerCase() === 'k' && (e.ctrlKey || e.metaKey) && palette) {
		e.preventDefault();
		return openPalette();
	}
	const typing = e.target.closest?.('input,textarea,select,dialog');
	if (typing || e.ctrlKey || e.metaKey || e.altKey || !palette || !enabled()) return;
	if (afterG) {
		afterG = false;
		if (places[e.key]) visit(places[e.key]);
		return;
	}
	const here = rows[row] ?? document;
	const act = {
		g: () => { afterG = true; setTimeout(() => { afterG = false; }, 1500); },
		n: () => $('[data-new]')?.click(),
		j: () => go(1),
		k: () => go(-1),
		v: () => (rows[row] ? $('[data-reveal]', here) : $('[data-key=v]')?.form)?.requestSubmit(),
		c: () => (rows[row] ? $('[data-copy]', here) : $('[data-key=c]'))?.click(),
		'/': () => ($('[data-filter]') ?? $('[data-palette-open]'))?.focus(),
		'?': () => visit('/shortcuts'),
	}[e.key];
	if (!act) return;
	e.preventDefault();
	act();
});
