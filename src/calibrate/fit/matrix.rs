//! The few operations on small symmetric matrices that scoring and intervals need.

/// A square matrix, row by row.
pub(super) type Matrix = Vec<Vec<f64>>;

/// A matrix of zeros.
pub(super) fn zeros(size: usize) -> Matrix {
    vec![vec![0.0; size]; size]
}

/// Solves `a x = b` for a symmetric positive definite `a` by Cholesky's method; `None` where it is not positive definite.
pub(super) fn solve(a: &Matrix, b: &[f64]) -> Option<Vec<f64>> {
    let l = cholesky(a)?;
    let n = b.len();
    let mut x = b.to_vec();
    for i in 0..n {
        let sum: f64 = (0..i).map(|k| l[i][k] * x[k]).sum();
        x[i] = (x[i] - sum) / l[i][i];
    }
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|k| l[k][i] * x[k]).sum();
        x[i] = (x[i] - sum) / l[i][i];
    }
    x.iter().all(|x| x.is_finite()).then_some(x)
}

/// The inverse of a symmetric positive definite matrix; `None` where it is not.
///
/// Scaled to a unit diagonal first: parameters differ by orders of magnitude in how well they are known.
pub(super) fn inverse(a: &Matrix) -> Option<Matrix> {
    let n = a.len();
    let scale: Vec<f64> = (0..n).map(|i| a[i][i].sqrt()).collect();
    if scale.iter().any(|s| !s.is_finite() || *s <= 0.0) {
        return None;
    }
    let scaled: Matrix = (0..n).map(|i| (0..n).map(|j| a[i][j] / scale[i] / scale[j]).collect()).collect();
    let mut result = zeros(n);
    for j in 0..n {
        let unit: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == j))).collect();
        for (i, x) in solve(&scaled, &unit)?.into_iter().enumerate() {
            result[i][j] = x / scale[i] / scale[j];
        }
    }
    Some(result)
}

/// `a b` of square matrices.
pub(super) fn product(a: &Matrix, b: &Matrix) -> Matrix {
    let n = a.len();
    (0..n).map(|i| (0..n).map(|j| (0..n).map(|k| a[i][k] * b[k][j]).sum()).collect()).collect()
}

/// `v a v` for a vector.
pub(super) fn quadratic(a: &Matrix, v: &[f64]) -> f64 {
    a.iter().zip(v).map(|(row, x)| x * row.iter().zip(v).map(|(a, y)| a * y).sum::<f64>()).sum()
}

/// The lower triangle whose product with its transpose is `a`.
fn cholesky(a: &Matrix) -> Option<Matrix> {
    let n = a.len();
    let mut l = zeros(n);
    for i in 0..n {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
            if i == j {
                let rest = a[i][i] - sum;
                if rest.is_nan() || rest <= 1e-13 * a[i][i].abs() {
                    return None;
                }
                l[i][i] = rest.sqrt();
            } else {
                l[i][j] = (a[i][j] - sum) / l[j][j];
            }
        }
    }
    Some(l)
}
