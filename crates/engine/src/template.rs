//! A model's chat form: where in a conversation its control tokens stand.

use minijinja::{Environment, Value, context};

use crate::{ModelInfo, Segment};

/// Stands for a message's text while the template is rendered; the template's own text never holds it.
const MARK: &str = "\u{1}\u{2}aftercall\u{2}\u{1}";

/// Who a message is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// Instructions.
    System,
    /// The one who asks.
    User,
    /// The model.
    Assistant,
}

/// A model's chat form.
#[derive(Debug, Clone)]
pub struct ChatTemplate {
    source: Option<String>,
    bos: String,
    eos: String,
}

impl ChatTemplate {
    /// The form that the loaded file describes; without one, plain paragraphs.
    pub fn of(info: &ModelInfo) -> Self {
        Self {
            source: info.chat_template.clone(),
            bos: info.bos.clone().unwrap_or_default(),
            eos: info.eos.clone(),
        }
    }

    /// What stands before, between and after the messages of these speakers, so that the model speaks next: one piece more
    /// than there are speakers. A template that knows no system speaker gets those words in the user's first message; then
    /// the piece between the two is a blank line.
    pub fn pieces(&self, speakers: &[Speaker]) -> Vec<Segment> {
        let rendered = self
            .render(speakers, false)
            .or_else(|| self.render(speakers, true));
        let pieces: Vec<String> = match rendered {
            Some(text) => text.split(MARK).map(str::to_owned).collect(),
            None => Vec::new(),
        };
        if pieces.len() == speakers.len() + 1 {
            let bos = if pieces[0].starts_with(&self.bos) {
                ""
            } else {
                &self.bos
            };
            return pieces
                .iter()
                .enumerate()
                .map(|(i, p)| {
                    Segment::control(if i == 0 {
                        format!("{bos}{p}")
                    } else {
                        p.clone()
                    })
                })
                .collect();
        }
        let mut plain = vec![Segment::control(self.bos.clone())];
        plain.extend(speakers.iter().map(|_| Segment::plain("\n\n")));
        plain
    }

    fn render(&self, speakers: &[Speaker], merge_system: bool) -> Option<String> {
        let source = self.source.as_ref()?;
        let mut messages: Vec<Value> = Vec::new();
        let mut carried = String::new();
        for speaker in speakers {
            let role = match speaker {
                Speaker::System if merge_system => {
                    carried = format!("{MARK}\n\n");
                    continue;
                }
                Speaker::System => "system",
                Speaker::User => "user",
                Speaker::Assistant => "assistant",
            };
            let content = format!("{}{MARK}", std::mem::take(&mut carried));
            messages.push(context! { role => role, content => content });
        }
        let mut environment = Environment::new();
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function(
            "raise_exception",
            |text: String| -> Result<String, minijinja::Error> {
                Err(minijinja::Error::new(
                    minijinja::ErrorKind::InvalidOperation,
                    text,
                ))
            },
        );
        environment.add_function("strftime_now", |_: String| String::new());
        environment.add_template("chat", source).ok()?;
        let rendered = environment
            .get_template("chat")
            .and_then(|template| {
                template.render(context! {
                    messages => messages,
                    add_generation_prompt => true,
                    bos_token => self.bos.clone(),
                    eos_token => self.eos.clone(),
                    enable_thinking => false,
                })
            })
            .map_err(|error| tracing::debug!(%error, "the chat template cannot be rendered"))
            .ok()?;
        Some(rendered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(source: &str) -> ChatTemplate {
        ChatTemplate {
            source: Some(source.into()),
            bos: String::new(),
            eos: "</s>".into(),
        }
    }

    const CHATML: &str = "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    #[test]
    fn pieces_stand_around_the_messages() {
        let pieces = template(CHATML).pieces(&[Speaker::System, Speaker::User]);
        let texts: Vec<_> = pieces.iter().map(|p| p.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "<|im_start|>system\n",
                "<|im_end|>\n<|im_start|>user\n",
                "<|im_end|>\n<|im_start|>assistant\n"
            ]
        );
    }

    #[test]
    fn a_template_without_a_system_speaker_gets_a_blank_line() {
        let source = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}{% for m in messages %}[INST] {{ m['content'].strip() }} [/INST]{% endfor %}";
        let pieces = template(source).pieces(&[Speaker::System, Speaker::User]);
        let texts: Vec<_> = pieces.iter().map(|p| p.text.as_str()).collect();
        assert_eq!(texts, ["[INST] ", "\n\n", " [/INST]"]);
    }

    #[test]
    fn no_template_gives_paragraphs() {
        let none = ChatTemplate {
            source: None,
            bos: "<s>".into(),
            eos: "</s>".into(),
        };
        assert_eq!(none.pieces(&[Speaker::User]).len(), 2);
        assert_eq!(template("{% broken").pieces(&[Speaker::User]).len(), 2);
    }
}
