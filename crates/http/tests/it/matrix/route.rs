use axum::http::StatusCode;

/// One route: what it performs, on what, and a request that it takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    pub(super) method: &'static str,
    /// As the router knows it: `/accounts/{id}`.
    pub(super) path: &'static str,
    /// Routes that do more for some queries stand in the table once for each.
    pub(super) query: &'static str,
    pub(super) door: Door,
    /// The operations that it hands to the gate, in their order.
    pub(super) performs: &'static [&'static str],
    /// The operation whose form it shows: only to those who may also send it.
    pub(super) form_of: Option<&'static str>,
    pub(super) on: Thing,
    pub(super) body: Body,
    pub(super) good: Good,
}

/// What must be shown at a route before anything else.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Door {
    /// Nothing: these are the pages before sign-in, and files.
    Open,
    /// The cookie of a finished sign-in.
    Session,
    /// A personal token.
    Token,
}

/// What the `{…}` of a path and of a body stand for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Thing {
    None,
    Account,
    DeletedAccount,
    Resource,
    DeletedResource,
    Person,
    LockedPerson,
    /// A person who has a temporary pass.
    PassHolder,
    /// Somebody whose second step was never reset.
    EnrolledPerson,
    /// A change of the policy that only reports.
    PolicyReport,
    /// A request for help of somebody who typed their password.
    RecoveryRequest,
    /// A group that nobody is in.
    Group,
    /// A change of the policy that can be undone.
    PolicyChange,
    /// A second step of the caller.
    OwnFactor,
    /// A browser that the caller is known from.
    OwnBrowser,
    /// A filter of sign-in events that the caller keeps.
    OwnFilter,
    /// Another session of the caller.
    OwnSession,
    /// A token of the caller.
    OwnToken,
    /// The session that asks, which does not survive it.
    SpentSession,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Body {
    None,
    Form(&'static [(&'static str, &'static str)]),
    Json(&'static str),
}

/// What a route answers to those who may.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Good {
    Status(StatusCode),
    /// 303 to an address that begins so.
    To(&'static str),
    /// Anything but a refusal: it depends on how far the sign-in or set-up is.
    Whatever,
}

impl Route {
    pub(super) fn is_read(&self) -> bool {
        self.method == "GET"
    }

    pub(super) fn has_id(&self) -> bool {
        self.path.contains("{id}")
    }

    /// Tells whether its path, query or body names a thing.
    pub(super) fn has_slot(&self) -> bool {
        !matches!(self.on, Thing::None | Thing::SpentSession)
    }

    /// Tells whether its thing belongs to nobody, so that every administrator may touch it.
    pub(super) fn is_of_all(&self, kind: Thing) -> bool {
        let people = [
            Thing::Person,
            Thing::LockedPerson,
            Thing::EnrolledPerson,
            Thing::PassHolder,
        ];
        (people.contains(&kind) && people.contains(&self.on))
            || (matches!(
                kind,
                Thing::Group | Thing::PolicyChange | Thing::PolicyReport | Thing::RecoveryRequest
            ) && kind == self.on)
    }

    pub(super) const fn open(self) -> Self {
        Self {
            door: Door::Open,
            good: Good::Whatever,
            ..self
        }
    }

    /// What it answers depends on how far something else is; that has tests of its own.
    pub(super) const fn in_between(self) -> Self {
        Self {
            good: Good::Whatever,
            ..self
        }
    }

    pub(super) const fn asks(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    pub(super) const fn performs(self, performs: &'static [&'static str]) -> Self {
        Self { performs, ..self }
    }

    pub(super) const fn form_of(self, operation: &'static str) -> Self {
        Self {
            form_of: Some(operation),
            ..self
        }
    }

    pub(super) const fn on(self, on: Thing) -> Self {
        Self { on, ..self }
    }

    pub(super) const fn to(self, address: &'static str) -> Self {
        Self {
            good: Good::To(address),
            ..self
        }
    }

    pub(super) const fn gives(self, status: StatusCode) -> Self {
        Self {
            good: Good::Status(status),
            ..self
        }
    }
}

/// A page of the console.
pub(super) const fn page(path: &'static str) -> Route {
    Route {
        method: "GET",
        path,
        query: "",
        door: Door::Session,
        performs: &[],
        form_of: None,
        on: Thing::None,
        body: Body::None,
        good: Good::Status(StatusCode::OK),
    }
}

/// A form of the console.
pub(super) const fn form(path: &'static str, fields: &'static [(&'static str, &'static str)]) -> Route {
    Route {
        method: "POST",
        body: Body::Form(fields),
        ..page(path)
    }
}

/// A call of the API; `body` is JSON, or empty for none.
pub(super) const fn call(method: &'static str, path: &'static str, body: &'static str) -> Route {
    Route {
        method,
        door: Door::Token,
        body: if body.is_empty() {
            Body::None
        } else {
            Body::Json(body)
        },
        ..page(path)
    }
}
