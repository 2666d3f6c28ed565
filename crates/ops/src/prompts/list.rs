use std::collections::BTreeMap;

use portcullis_model::{Scope, ShippedPrompt, Subject, SubjectKind, SystemRight, Timestamp};
use portcullis_store::Snapshot;
use portcullis_store::prompts::{self, Change};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Shows what calls say, in every language.
pub struct List;

/// The prompts of a language.
#[derive(Clone, Debug)]
pub struct PromptLanguage {
    /// Two or three letters.
    pub language: String,
    /// Whether every prompt has a recording, so that calls can be in it.
    pub is_whole: bool,
    /// In the order in which a call says them.
    pub prompts: Vec<PromptView>,
}

#[derive(Clone, Debug)]
pub struct PromptView {
    pub name: &'static str,
    /// What our recording says; of a language that we do not speak, what it says in English.
    pub text: &'static str,
    /// Whether we have a recording in this language.
    pub is_shipped: bool,
    /// Whether calls say the customer's recording.
    pub is_own: bool,
    /// How long the recording is that calls say, in thousandths of a second; absent if there is none.
    pub millis: Option<u64>,
    /// When and by whom it was replaced, or taken back, last.
    pub changed: Option<(Timestamp, String)>,
}

impl Operation for List {
    type Output = Vec<PromptLanguage>;

    const NAME: &'static str = "prompt.list";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject {
            name: Some("prompts".to_owned()),
            ..Subject::kind(SubjectKind::Setting)
        }
    }
}

impl Read for List {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<PromptLanguage>, OpError> {
        let shipped = services.telephone.prompts().shipped();
        let changes = prompts::list(snapshot).await?;
        let mut languages: BTreeMap<&str, BTreeMap<&str, &Change>> = BTreeMap::new();
        for prompt in &shipped {
            languages.entry(&prompt.language).or_default();
        }
        for change in &changes {
            let key = &change.key;
            languages
                .entry(key.language())
                .or_default()
                .insert(key.name(), change);
        }
        let languages = languages
            .into_iter()
            .map(|(language, changes)| view(language, &changes, &shipped));
        // What was taken back is on record, but makes no language.
        Ok(languages
            .filter(|found| found.prompts.iter().any(|prompt| prompt.millis.is_some()))
            .collect())
    }
}

fn view(language: &str, changes: &BTreeMap<&str, &Change>, shipped: &[ShippedPrompt]) -> PromptLanguage {
    let english = shipped.iter().filter(|prompt| prompt.language == "en");
    let prompts: Vec<PromptView> = english
        .map(|english| {
            let ours = shipped
                .iter()
                .find(|prompt| prompt.language == language && prompt.name == english.name);
            let change = changes.get(english.name);
            let own = change.and_then(|change| change.samples);
            let samples = own
                .and_then(|own| u64::try_from(own).ok())
                .or_else(|| ours.and_then(|ours| u64::try_from(ours.samples).ok()));
            PromptView {
                name: english.name,
                text: ours.unwrap_or(english).text,
                is_shipped: ours.is_some(),
                is_own: own.is_some(),
                millis: samples.map(|samples| samples / 8),
                changed: change.map(|change| (change.changed_at, change.changed_by.clone())),
            }
        })
        .collect();
    PromptLanguage {
        language: language.to_owned(),
        is_whole: prompts.iter().all(|prompt| prompt.millis.is_some()),
        prompts,
    }
}
