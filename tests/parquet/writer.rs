//! Writes Parquet files for tests.

use std::sync::Arc;

use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// The values of a leaf of the schema, without those that are not there, and its levels.
pub struct Leaf {
    values: Values,
    defs: Vec<i16>,
    reps: Vec<i16>,
}

/// Values as Parquet stores them.
pub enum Values {
    Boolean(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Int96(Vec<i64>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<Vec<u8>>),
    Fixed(Vec<Vec<u8>>),
}

/// Values that are all there.
pub fn all(values: Values) -> Leaf {
    Leaf { values, defs: Vec::new(), reps: Vec::new() }
}

/// Values of which some are not there, as their definition levels say.
pub fn some(values: Values, defs: &[i16]) -> Leaf {
    Leaf { values, defs: defs.to_vec(), reps: Vec::new() }
}

/// Values in lists.
pub fn lists(values: Values, defs: &[i16], reps: &[i16]) -> Leaf {
    Leaf { values, defs: defs.to_vec(), reps: reps.to_vec() }
}

pub fn text(values: &[&str]) -> Values {
    Values::Bytes(values.iter().map(|value| value.as_bytes().to_vec()).collect())
}

/// A file with these row groups, each with all leaves of the schema in its order.
pub fn file(schema: &str, properties: WriterProperties, groups: &[&[Leaf]]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).expect("a writer");
    for leaves in groups {
        let mut group = writer.next_row_group().expect("a row group");
        for leaf in *leaves {
            let mut column = group.next_column().expect("a column").expect("a leaf of the schema");
            write(column.untyped(), leaf);
            column.close().expect("the end of a column");
        }
        assert!(group.next_column().expect("a column").is_none(), "each leaf of the schema has values");
        group.close().expect("the end of a row group");
    }
    writer.into_inner().expect("the end of a file")
}

fn write(writer: &mut ColumnWriter, leaf: &Leaf) {
    let (defs, reps) = (Some(&leaf.defs[..]).filter(|defs| !defs.is_empty()), Some(&leaf.reps[..]).filter(|reps| !reps.is_empty()));
    let bytes = |values: &[Vec<u8>]| values.iter().map(|value| ByteArray::from(value.clone())).collect::<Vec<_>>();
    let written = match (writer, &leaf.values) {
        (ColumnWriter::BoolColumnWriter(writer), Values::Boolean(values)) => writer.write_batch(values, defs, reps),
        (ColumnWriter::Int32ColumnWriter(writer), Values::Int32(values)) => writer.write_batch(values, defs, reps),
        (ColumnWriter::Int64ColumnWriter(writer), Values::Int64(values)) => writer.write_batch(values, defs, reps),
        (ColumnWriter::Int96ColumnWriter(writer), Values::Int96(values)) => {
            let values: Vec<Int96> = values.iter().map(|value| Int96::from(vec![*value as u32, 0, 0])).collect();
            writer.write_batch(&values, defs, reps)
        }
        (ColumnWriter::FloatColumnWriter(writer), Values::Float(values)) => writer.write_batch(values, defs, reps),
        (ColumnWriter::DoubleColumnWriter(writer), Values::Double(values)) => writer.write_batch(values, defs, reps),
        (ColumnWriter::ByteArrayColumnWriter(writer), Values::Bytes(values)) => writer.write_batch(&bytes(values), defs, reps),
        (ColumnWriter::FixedLenByteArrayColumnWriter(writer), Values::Fixed(values)) => {
            let values: Vec<FixedLenByteArray> = bytes(values).into_iter().map(FixedLenByteArray::from).collect();
            writer.write_batch(&values, defs, reps)
        }
        _ => panic!("the values are not of the type of the leaf"),
    };
    written.expect("values that can be written");
}
