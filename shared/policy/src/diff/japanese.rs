//! The sentences in Japanese.

use jiff::SignedDuration;

use super::{Change, Thing};
use crate::inventory::Category;
use crate::purpose::Purpose;
use crate::retention::{Owner, Retention, Since};

pub(super) fn sentence(change: &Change) -> String {
    match change {
        Change::NewData { data, purpose: why, retention } => {
            format!("「{}」を新たに保存します（目的：{}、期間：{}）。", data.ja, purpose(*why), lasting(retention))
        }
        Change::NewFields { data, categories, names } => {
            format!("「{}」に、{}を加えて保存します（{}）。", data.ja, all(categories, category), names.join("、"))
        }
        Change::NewProcessor { name, role, region, receives } => {
            format!(
                "新たに{name}に業務を委託します（役割：{}、場所：{}）。受け取るものは{}です。",
                role.ja,
                place(&region.ja),
                things(receives)
            )
        }
        Change::ReceivesMore { name, what } => format!("{name}が、新たに{}を受け取ります。", things(what)),
        Change::NewPurpose { of, purposes } => format!("「{}」に、新しい目的（{}）が加わります。", of.ja, all(purposes, purpose)),
        Change::KeptLonger { data, retention } => format!("「{}」の保存期間が長くなります（{}）。", data.ja, lasting(retention)),
        Change::FieldsKeptLonger { data, names } => {
            format!("「{}」のうち、一部の保存期間が長くなります（{}）。", data.ja, names.join("、"))
        }
        Change::ProcessorKeepsLonger { name, kept } => {
            format!("{name}が、受け取ったものを今までより長く保持します（{}）。", kept_there(*kept))
        }
        Change::BackupLonger { kept } => format!("削除したものをバックアップから復元できる期間が長くなります（{}）。", time(*kept)),
        Change::ErasureLater { within } => format!("消去のご依頼から消去が終わるまでの期限が長くなります（{}以内）。", time(*within)),
        Change::LostErasure { data } => format!("消去のご依頼があっても、「{}」は今までのようには消去されなくなります。", data.ja),
        Change::LostExport { data } => format!("「{}」は、お渡しするデータの写しに含まれなくなります。", data.ja),
        Change::NewRegion { region } => format!("データを保存する地域が変わります（{}）。", region.ja),
        Change::ProcessorRegion { name, region } => format!("{name}がデータを取り扱う場所が変わります（{}）。", place(&region.ja)),
        Change::NewCookie { cookie, lasts } => format!("新しいCookie「{}」を使います（期間：{}）。", cookie.ja, until(*lasts)),
        Change::CookieLonger { cookie, lasts } => format!("Cookie「{}」の期間が長くなります（{}）。", cookie.ja, until(*lasts)),
        Change::NewOnDevice { what } => format!("お使いのブラウザーに、新たに「{}」を保存します。", what.ja),
        Change::OnDeviceLonger { what } => format!("お使いのブラウザーに「{}」を保存する期間が長くなります。", what.ja),
        Change::NewOperator { service, contact } => {
            format!("サービスの運営者またはお問い合わせ先が変わります。今後は{service}となり、お問い合わせ先は{contact}です。")
        }
        Change::Gone { what } => format!("「{}」はなくなります。", what.ja),
        Change::Less { what } => format!("「{}」について、保存するもの、受け取る者または期間が今までより少なくなります。", what.ja),
        Change::AboutNobody { what } => format!("個人に関わらない「{}」が加わります。", what.ja),
        Change::Reworded { what } => format!("「{}」の細部または説明が変わります。保存するものは増えません。", what.ja),
        Change::Wording => "ページの文言だけが変わります。保存するもの、目的、期間、受け取る者は変わりません。".to_owned(),
    }
}

fn things(things: &[Thing]) -> String {
    things.iter().map(|thing| format!("「{}」", thing.ja)).collect::<Vec<_>>().join("、")
}

fn all<T: Copy>(values: &[T], word: fn(T) -> &'static str) -> String {
    values.iter().map(|value| word(*value)).collect::<Vec<_>>().join("、")
}

pub(super) fn place(region: &str) -> &str {
    if region == "deployment" { "サービスと同じ地域" } else { region }
}

fn until(lasts: Option<SignedDuration>) -> String {
    lasts.map_or_else(|| "削除されるまで".to_owned(), time)
}

fn kept_there(kept: Option<SignedDuration>) -> String {
    kept.map_or_else(|| "期間は公表されていません".to_owned(), |kept| format!("最長{}", time(kept)))
}

fn time(duration: SignedDuration) -> String {
    let minutes = duration.as_mins();
    match minutes {
        _ if minutes % 1440 == 0 => format!("{}日", minutes / 1440),
        _ if minutes % 60 == 0 => format!("{}時間", minutes / 60),
        _ => format!("{minutes}分"),
    }
}

pub(super) fn lasting(retention: &Retention) -> String {
    match retention {
        Retention::For(kept) => match kept.from {
            Since::Created => time(kept.duration),
            Since::Decided => format!("判定から{}", time(kept.duration)),
            Since::Window => {
                let windows: Vec<String> = kept.windows.iter().map(|window| time(*window)).collect();
                format!("数える期間（{}）の後{}以内", windows.join("または"), time(kept.duration))
            }
        },
        Retention::While(life) => match life.owner {
            Owner::Account => "アカウントがある間、またはご自身で削除するまで",
            Owner::Generation => "画像の作成が終わるまで",
            Owner::Trial => "お試しが終わるまで（開始から1日）",
            Owner::Address => "消去のご依頼があるまで",
            Owner::Service => "サービスが続く間",
            Owner::Operator => "運営に携わっている間",
        }
        .to_owned(),
    }
}

pub(super) fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Account => "アカウントの管理",
        Purpose::SignIn => "サインイン",
        Purpose::Wallet => "クレジットによる支払い",
        Purpose::Generation => "画像の作成",
        Purpose::Delivery => "画像の受け渡し",
        Purpose::Moderation => "禁止された内容の防止",
        Purpose::Analytics => "利用状況を数で知ること",
        Purpose::Feedback => "ご意見を伺うこと",
        Purpose::AbusePrevention => "不正利用の防止",
        Purpose::Marketing => "ご希望の方へのお知らせ",
        Purpose::Operation => "サービスの運営",
        Purpose::Contact => "ご連絡",
        Purpose::Rights => "データに関するご請求への対応",
    }
}

fn category(category: Category) -> &'static str {
    match category {
        Category::Identifier => "識別子",
        Category::Contact => "連絡先",
        Category::Credential => "認証情報またはそのハッシュ",
        Category::Image => "画像",
        Category::Preference => "お選びになった設定",
        Category::Content => "お書きになった言葉",
        Category::Financial => "お支払いや残高の情報",
        Category::Moderation => "審査の結果",
        Category::Usage => "ご利用の記録",
        Category::Technical => "技術的な情報",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_in_its_largest_whole_unit() {
        let said = |minutes| time(SignedDuration::from_mins(minutes));
        assert_eq!([said(10), said(60), said(1440), said(43_200)], ["10分", "1時間", "1日", "30日"]);
    }
}
