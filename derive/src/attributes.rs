//! What stands in `#[axtrace(…)]`: `name = "…"` of a field or a variant, `unit = "…"` of a field.

use syn::{Attribute, Ident, LitStr};

/// The attributes of a field or a variant.
#[derive(Default)]
pub struct Attributes {
    /// Its name in the rules.
    pub name: Option<LitStr>,
    /// The unit of its numbers.
    pub unit: Option<LitStr>,
}

impl Attributes {
    /// Reads the attributes of a field or a variant.
    pub fn of(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut all = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("axtrace")) {
            attribute.parse_nested_meta(|meta| {
                let place = match () {
                    () if meta.path.is_ident("name") => &mut all.name,
                    () if meta.path.is_ident("unit") => &mut all.unit,
                    () => return Err(meta.error("write `name = \"…\"` or, of a field, `unit = \"…\"`")),
                };
                if place.is_some() {
                    return Err(meta.error("this is said twice"));
                }
                *place = Some(meta.value()?.parse()?);
                Ok(())
            })?;
        }
        Ok(all)
    }

    /// The name in the rules: as stated, or that of the Rust field.
    pub fn field_name(&self, ident: &Ident) -> String {
        self.name.as_ref().map_or_else(|| plain(ident), LitStr::value)
    }

    /// The name in the rules: as stated, or that of the Rust variant in small letters, `FirstAid` as `first_aid`.
    pub fn variant_name(&self, ident: &Ident) -> String {
        self.name.as_ref().map_or_else(|| in_small_letters(&plain(ident)), LitStr::value)
    }
}

fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map_or_else(|| text.clone(), str::to_owned)
}

/// `FirstAid` as `first_aid`, `VATRate` as `vat_rate`.
fn in_small_letters(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (place, letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| letters.get(before));
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| !before.is_uppercase() || letters.get(place + 1).is_some_and(|next| next.is_lowercase()));
        if begins && before != Some(&'_') {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::in_small_letters;

    #[test]
    fn variants_are_named_in_small_letters() {
        let named = ["FirstAid", "VATRate", "A", "Grade2", "first_aid", "Cold_Store", "Überstunde"].map(in_small_letters);
        assert_eq!(named, ["first_aid", "vat_rate", "a", "grade2", "first_aid", "cold_store", "überstunde"]);
    }
}
