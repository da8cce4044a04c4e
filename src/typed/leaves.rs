//! The types of Rust's own library that are values of the language.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use axtrace_runtime::text::write_json_text;

use super::{Cells, Input, Meant, Output, Refused, Row, Unreadable};

impl Input for bool {
    type Form = Self;

    fn meant() -> Meant {
        Meant::Boolean
    }

    #[inline]
    fn write(&self, row: &mut Row<'_>) -> Result<(), Refused> {
        row.boolean(*self)
    }

    fn json(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

impl Output for bool {
    fn meant() -> Meant {
        Meant::Boolean
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, Unreadable> {
        cells.boolean()
    }
}

macro_rules! integers {
    ($write:ident: $($int:ty),*) => {$(
        impl Input for $int {
            type Form = Self;

            fn meant() -> Meant {
                // Only the end of `u128` is beyond 128 signed bits; it is cut to what they hold, which no rules exceed.
                let hi = i128::try_from(<$int>::MAX).unwrap_or(i128::MAX);
                Meant::Integer { rust: stringify!($int), lo: <$int>::MIN as i128, hi }
            }

            #[inline]
            fn write(&self, row: &mut Row<'_>) -> Result<(), Refused> {
                row.$write((*self).try_into().map_err(|_| Refused)?)
            }

            fn json(&self, out: &mut String) {
                out.push_str(&self.to_string());
            }
        }

        impl Output for $int {
            fn meant() -> Meant {
                <Self as Input>::meant()
            }

            #[inline]
            fn read(cells: &mut Cells<'_>) -> Result<Self, Unreadable> {
                cells.number()?.try_into().map_err(|_| Unreadable::Mismatch)
            }
        }
    )*};
}

integers!(number: u8, u16, u32, i8, i16, i32, i64);
integers!(wide: u64, usize, isize, i128, u128);

macro_rules! text_inputs {
    ($($text:ty),*) => {$(
        impl Input for $text {
            type Form = String;

            fn meant() -> Meant {
                Meant::Text
            }

            #[inline]
            fn write(&self, row: &mut Row<'_>) -> Result<(), Refused> {
                row.text(self)
            }

            fn json(&self, out: &mut String) {
                write_json_text(out, self);
            }
        }
    )*};
}

text_inputs!(str, String);

macro_rules! texts {
    ($($text:ty),*) => {$(
        impl Output for $text {
            fn meant() -> Meant {
                Meant::Text
            }

            fn read(cells: &mut Cells<'_>) -> Result<Self, Unreadable> {
                cells.text().map(Self::from)
            }
        }
    )*};
}

texts!(String, Box<str>, Arc<str>, Rc<str>);

/// What points at an input is one.
macro_rules! pointers {
    ($($pointer:ty),*) => {$(
        impl<T: Input + ?Sized> Input for $pointer {
            type Form = T::Form;

            fn meant() -> Meant {
                T::meant()
            }

            #[inline]
            fn write(&self, row: &mut Row<'_>) -> Result<(), Refused> {
                T::write(self, row)
            }

            fn json(&self, out: &mut String) {
                T::json(self, out);
            }
        }
    )*};
}

pointers!(&T, &mut T, Box<T>, Arc<T>, Rc<T>);

impl<T: Input + ToOwned + ?Sized> Input for Cow<'_, T> {
    type Form = T::Form;

    fn meant() -> Meant {
        T::meant()
    }

    #[inline]
    fn write(&self, row: &mut Row<'_>) -> Result<(), Refused> {
        T::write(self, row)
    }

    fn json(&self, out: &mut String) {
        T::json(self, out);
    }
}

impl<T: Output> Output for Box<T> {
    fn meant() -> Meant {
        T::meant()
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, Unreadable> {
        T::read(cells).map(Self::new)
    }
}

impl<T: Input> Input for [T] {
    type Form = Vec<T::Form>;

    fn meant() -> Meant {
        Meant::List(T::meant)
    }

    #[inline]
    fn write(&self, row: &mut Row<'_>) -> Result<(), Refused> {
        row.list(self.len(), |place, row| self.get(place).ok_or(Refused)?.write(row))
    }

    fn json(&self, out: &mut String) {
        out.push('[');
        for (place, element) in self.iter().enumerate() {
            out.push_str(if place > 0 { "," } else { "" });
            element.json(out);
        }
        out.push(']');
    }
}

impl<T: Input> Input for Vec<T> {
    type Form = Vec<T::Form>;

    fn meant() -> Meant {
        <[T]>::meant()
    }

    #[inline]
    fn write(&self, row: &mut Row<'_>) -> Result<(), Refused> {
        self.as_slice().write(row)
    }

    fn json(&self, out: &mut String) {
        self.as_slice().json(out);
    }
}

impl<T: Input, const N: usize> Input for [T; N] {
    type Form = Vec<T::Form>;

    fn meant() -> Meant {
        <[T]>::meant()
    }

    #[inline]
    fn write(&self, row: &mut Row<'_>) -> Result<(), Refused> {
        self.as_slice().write(row)
    }

    fn json(&self, out: &mut String) {
        self.as_slice().json(out);
    }
}

impl<T: Output> Output for Vec<T> {
    fn meant() -> Meant {
        Meant::List(T::meant)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, Unreadable> {
        cells.list(T::read)
    }
}

impl<T: Input> Input for Option<T> {
    type Form = Option<T::Form>;

    fn meant() -> Meant {
        Meant::Optional(T::meant)
    }

    #[inline]
    fn write(&self, row: &mut Row<'_>) -> Result<(), Refused> {
        match self {
            Some(value) => row.given(|row| value.write(row)),
            None => row.missing(),
        }
    }

    fn json(&self, out: &mut String) {
        match self {
            Some(value) => value.json(out),
            None => out.push_str("null"),
        }
    }
}

impl<T: Output> Output for Option<T> {
    fn meant() -> Meant {
        Meant::Optional(T::meant)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, Unreadable> {
        cells.optional(T::read)
    }
}
