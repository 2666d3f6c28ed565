'use strict';
// Security keys and passkeys: what to ask for stands in `data-options` or comes from `data-from`; the answer goes into `code`.
// The braces keep these names apart from those of app.js, whose helpers are used here.
{
	const CANNOT = 'This browser cannot use security keys. Choose another way.';
	const FAILED = 'The key could not be used. Try again, or choose another way.';
	const PROBLEMS = {
		NotAllowedError: 'Cancelled or timed out. Try again.',
		SecurityError: 'Security keys do not work at this address. Open the console at its usual one.',
	};

	const decode = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
	const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
		.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

	function parse(kind, json) {
		const type = PublicKeyCredential;
		if (kind === 'get' && type.parseRequestOptionsFromJSON) return type.parseRequestOptionsFromJSON(json);
		if (kind === 'create' && type.parseCreationOptionsFromJSON) return type.parseCreationOptionsFromJSON(json);
		const decodeIds = (keys) => keys?.map((key) => ({ ...key, id: decode(key.id) }));
		return {
			...json,
			challenge: decode(json.challenge),
			user: json.user && { ...json.user, id: decode(json.user.id) },
			allowCredentials: decodeIds(json.allowCredentials),
			excludeCredentials: decodeIds(json.excludeCredentials),
		};
	}

	function spell(credential) {
		try {
			return credential.toJSON();
		} catch {
			// Older browsers do not have it, and some password managers have it wrong.
		}
		const { id, rawId, type, response: given } = credential;
		const response = { transports: given.getTransports?.() };
		for (const name of ['attestationObject', 'authenticatorData', 'clientDataJSON', 'signature', 'userHandle']) {
			if (given[name]) response[name] = encode(given[name]);
		}
		return { id, rawId: encode(rawId), type, response, clientExtensionResults: credential.getClientExtensionResults() };
	}

	async function answer(form, kind, options, more = {}) {
		const publicKey = parse(kind, JSON.parse(options).publicKey);
		const credential = await navigator.credentials[kind]({ publicKey, ...more });
		form.elements.code.value = JSON.stringify(spell(credential));
		form.submit();
	}

	const optionsOf = async ({ dataset: { options, from } }) => options ?? (await post(from)).options;

	// The browser offers passkeys where the name is typed, until something else is asked.
	const field = $('input[data-passkey]');
	let offer, offered = 0;
	async function offerPasskeys() {
		if (!await window.PublicKeyCredential?.isConditionalMediationAvailable?.()) return;
		offer?.abort();
		offer = new AbortController();
		offered = Date.now();
		const { signal } = offer;
		const form = document.getElementById(field.dataset.passkey);
		const options = await optionsOf(form);
		if (!signal.aborted) await answer(form, 'get', options, { mediation: 'conditional', signal });
	}
	// Who does not choose one goes on typing.
	const renew = () => { if (field) offerPasskeys().catch(() => {}); };
	renew();
	// An offer holds for minutes; who comes back later gets a new one.
	on(window, 'focus', () => { if (Date.now() - offered > 12e4) renew(); });

	let asking = false;
	async function ask(form, kind) {
		const alert = $('[role=alert]', form);
		const say = (text) => { tell(alert, text); alert.hidden = !text; };
		if (!window.PublicKeyCredential) return say(CANNOT);
		say('');
		offer?.abort();
		try {
			await answer(form, kind, await optionsOf(form));
		} catch (error) {
			renew();
			const known = kind === 'create' && error.name === 'InvalidStateError';
			say(known ? 'This key is already registered.' : PROBLEMS[error.name] ?? FAILED);
		}
	}
	on(document, 'submit', (e) => {
		const kind = e.target.dataset.webauthn;
		if (!kind) return;
		e.preventDefault();
		if (asking) return;
		asking = true;
		ask(e.target, kind).finally(() => { asking = false; });
	});
}
