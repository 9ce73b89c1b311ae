//! What each state means, in a sentence or two.

use accounts::ChoiceState;
use kernel::Language;

pub(crate) fn effect(state: ChoiceState, language: Language) -> &'static str {
    match language {
        Language::English => english(state),
        Language::Japanese => japanese(state),
    }
}

fn english(state: ChoiceState) -> &'static str {
    match state {
        ChoiceState::NotGranted | ChoiceState::Withdrawn => "No news and offers are mailed to you.",
        ChoiceState::Granted => "News and offers are mailed to you now and then.",
        ChoiceState::NotObjected => "What your browsers do is counted, in words of a list.",
        ChoiceState::Objected => "Nothing that your browsers do is counted, and no earlier count leads to you.",
        ChoiceState::Unrestricted => "Your data is used for the purposes above.",
        ChoiceState::Restricted => {
            "Your data is kept, and nothing new is made of it: no uploads, no generations, no purchases, no counting, no offers. What was begun before ends as \
             it would. What is deleted at its time is deleted nevertheless, such as a selfie after 30 days: have a copy of your data made first if you need it."
        }
    }
}

fn japanese(state: ChoiceState) -> &'static str {
    match state {
        ChoiceState::NotGranted | ChoiceState::Withdrawn => "お知らせやお得な情報のメールは届きません。",
        ChoiceState::Granted => "お知らせやお得な情報のメールがときどき届きます。",
        ChoiceState::NotObjected => "ブラウザーでの操作を、決まった言葉だけで数えています。",
        ChoiceState::Objected => "ブラウザーでの操作は数えられず、以前の集計からあなたにたどり着くこともありません。",
        ChoiceState::Unrestricted => "データは上記の目的に使われます。",
        ChoiceState::Restricted => {
            "データは保管されますが、新たに使われることはありません（アップロード、作成、購入、集計、お得な情報のメールは行われません）。始まっていた作成は最後まで行われます。期限のある削除は\
             止まりません。たとえば写真は30日で削除されますので、必要な場合は先にデータの写しをお取りください。"
        }
    }
}
