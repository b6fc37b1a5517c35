use super::shortened;

/// A table whose columns are as wide as their widest cell; numbers to the right.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

/// The least columns for what stands last, the instruction.
const LEAST_LAST: usize = 30;

impl Table {
    pub(super) fn new(head: &[&str]) -> Table {
        Table { rows: vec![head.iter().map(|cell| (*cell).to_owned()).collect()] }
    }

    pub(super) fn head(&mut self, more: &[&str]) {
        self.rows[0].extend(more.iter().map(|cell| (*cell).to_owned()));
    }

    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Fits the table into `width` columns: first leaves out the columns with those heads, one after
    /// the other, then shortens the last cell of each row.
    pub(super) fn fit(&mut self, width: usize, optional: &[&str]) {
        for head in optional {
            if self.before_last() + LEAST_LAST <= width {
                break;
            }
            if let Some(at) = self.rows[0].iter().position(|cell| cell == head) {
                self.rows.iter_mut().for_each(|row| drop(row.remove(at)));
            }
        }
        let left = width.saturating_sub(self.before_last()).max(LEAST_LAST);
        for cell in self.rows.iter_mut().filter_map(|row| row.last_mut()) {
            *cell = shortened(cell, left);
        }
    }

    pub(super) fn has(&self, head: &str) -> bool {
        self.rows[0].iter().any(|cell| cell == head)
    }

    fn width_of(&self, column: usize) -> usize {
        self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
    }

    /// Columns of the terminal before the last cell: an indentation, each cell and the gap behind it.
    fn before_last(&self) -> usize {
        2 + (0..self.rows[0].len() - 1).map(|column| self.width_of(column) + 2).sum::<usize>()
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let columns = self.rows[0].len();
        let widths: Vec<usize> = (0..columns).map(|column| self.width_of(column)).collect();
        for row in &self.rows {
            let cells = row.iter().enumerate().map(|(column, cell)| match column {
                1 => format!("{cell:<width$}", width = widths[column]),
                last if last + 1 == columns => cell.clone(),
                _ => format!("{cell:>width$}", width = widths[column]),
            });
            writeln!(f, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}
