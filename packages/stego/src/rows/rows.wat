;; The inner loop of embed: filters the carrying bytes of some rows and writes their codes between the ready bits of the
;; fixed bytes. `script-rows.ts` does the same in TypeScript; `rows-module.ts` is this file assembled
;; (`pnpm --filter @p2pimg/stego assemble`); `wasm-rows.ts` has the same layout of the memory.
;;
;;         0  i64 held bits, i32 how many (0 ... 7): before and after
;;        16  f64 sum, f64 moment of the carrying residuals: after
;;        32  32 bytes: which of the 16 bytes of a vector count
;;        64  256 codes of 4 bytes: code << 6 | length
;;    0x1000  16 K filter types
;;    0x8000  residuals of a row, 64 KiB and a vector
;;   0x20000  the row above, 64 KiB
;;   0x30000  carrying bytes, 64 KiB and a vector
;;   0x50000  pieces, 64 K of 8 bytes: fixed bits << 6 | their number, 0 ... 41, or number of extra pieces << 6 | 63
;;   0xd0000  extra pieces, 256 K of 8 bytes: all pieces of the pixels that have several (at most 4: two codes in each)
;;  0x2d0000  what is written
;;
;; Bytes left of the carrying bytes and after them are read but mean nothing.
(module
  (memory (export "memory") 64)
  (data (i32.const 32) "\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff")

  ;; Of the row that was filtered last: the sum of its residuals, and the sum of residual times x.
  (global $rowSum (mut i64) (i64.const 0))
  (global $rowMoment (mut i64) (i64.const 0))

  ;; | x - y |, byte by byte
  (func $distance (param $x v128) (param $y v128) (result v128)
    (v128.or
      (i8x16.sub_sat_u (local.get $x) (local.get $y))
      (i8x16.sub_sat_u (local.get $y) (local.get $x))))

  ;; Paeth's predictor, byte by byte. | left + above - 2 corner | is the sum of the other two distances where left and above
  ;; lie on the same side of the corner, and their difference elsewhere; a sum past 255 may saturate, as it is only compared.
  (func $paeth (param $left v128) (param $above v128) (param $corner v128) (result v128)
    (local $toLeft v128) (local $toAbove v128) (local $toCorner v128)
    (local.set $toLeft (call $distance (local.get $above) (local.get $corner)))
    (local.set $toAbove (call $distance (local.get $left) (local.get $corner)))
    (local.set $toCorner
      (v128.bitselect
        (call $distance (local.get $toLeft) (local.get $toAbove))
        (i8x16.add_sat_u (local.get $toLeft) (local.get $toAbove))
        (v128.xor
          (i8x16.ge_u (local.get $above) (local.get $corner))
          (i8x16.ge_u (local.get $left) (local.get $corner)))))
    (v128.bitselect
      (local.get $left)
      (v128.bitselect
        (local.get $above)
        (local.get $corner)
        (i8x16.le_u (local.get $toAbove) (local.get $toCorner)))
      (v128.and
        (i8x16.le_u (local.get $toLeft) (local.get $toAbove))
        (i8x16.le_u (local.get $toLeft) (local.get $toCorner)))))

  (func $predict (param $type i32) (param $left v128) (param $above v128) (param $corner v128) (result v128)
    (if (i32.eq (local.get $type) (i32.const 4))
      (then (return (call $paeth (local.get $left) (local.get $above) (local.get $corner)))))
    (if (i32.eq (local.get $type) (i32.const 3))
      (then
        (return
          ;; avgr_u rounds up
          (i8x16.sub
            (i8x16.avgr_u (local.get $left) (local.get $above))
            (v128.and (v128.xor (local.get $left) (local.get $above)) (i8x16.splat (i32.const 1)))))))
    (if (i32.eq (local.get $type) (i32.const 2)) (then (return (local.get $above))))
    (if (i32.eq (local.get $type) (i32.const 1)) (then (return (local.get $left))))
    (v128.const i64x2 0 0))

  ;; The sum of all four numbers
  (func $total (param $numbers v128) (result i64)
    (local.set $numbers
      (i64x2.add
        (i64x2.extend_low_i32x4_u (local.get $numbers))
        (i64x2.extend_high_i32x4_u (local.get $numbers))))
    (i64.add
      (i64x2.extract_lane 0 (local.get $numbers))
      (i64x2.extract_lane 1 (local.get $numbers))))

  ;; Filters the row of carrying bytes at $row, 16 at a time, and sums it up.
  (func $filterRow (param $type i32) (param $row i32) (param $width i32)
    (local $x i32) (local $residuals v128) (local $vectors i64) (local $first i32)
    (local $sums v128) (local $sumsOfSums v128) (local $moments v128)
    (loop $next
      (local.set $residuals
        (i8x16.sub
          (v128.load (i32.add (local.get $row) (local.get $x)))
          (call $predict
            (local.get $type)
            (v128.load (i32.sub (i32.add (local.get $row) (local.get $x)) (i32.const 1)))
            (v128.load (i32.sub (i32.add (local.get $row) (local.get $x)) (local.get $width)))
            (v128.load
              (i32.sub
                (i32.add (local.get $row) (local.get $x))
                (i32.add (local.get $width) (i32.const 1)))))))
      (if (i32.gt_u (i32.add (local.get $x) (i32.const 16)) (local.get $width))
        (then
          (local.set $residuals
            (v128.and
              (local.get $residuals)
              (v128.load (i32.sub (i32.add (i32.const 48) (local.get $x)) (local.get $width)))))))
      (v128.store offset=0x8000 (local.get $x) (local.get $residuals))

      (local.set $sums
        (i32x4.add
          (local.get $sums)
          (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (local.get $residuals)))))
      (local.set $sumsOfSums
        (i64x2.add
          (local.get $sumsOfSums)
          (i64x2.add
            (i64x2.extend_low_i32x4_u (local.get $sums))
            (i64x2.extend_high_i32x4_u (local.get $sums)))))
      (local.set $moments
        (i32x4.add
          (local.get $moments)
          (i32x4.add
            (i32x4.dot_i16x8_s
              (i16x8.extend_low_i8x16_u (local.get $residuals))
              (v128.const i16x8 0 1 2 3 4 5 6 7))
            (i32x4.dot_i16x8_s
              (i16x8.extend_high_i8x16_u (local.get $residuals))
              (v128.const i16x8 8 9 10 11 12 13 14 15)))))
      (local.set $vectors (i64.add (local.get $vectors) (i64.const 1)))
      (br_if $next
        (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $width))))

    ;; Vector i counts i times in the moment, and all but i times in the sums of sums.
    (global.set $rowSum (call $total (local.get $sums)))
    (global.set $rowMoment
      (i64.add
        (call $total (local.get $moments))
        (i64.shl
          (i64.sub
            (i64.mul (local.get $vectors) (global.get $rowSum))
            (i64.add
              (i64x2.extract_lane 0 (local.get $sumsOfSums))
              (i64x2.extract_lane 1 (local.get $sumsOfSums))))
          (i64.const 4))))

    ;; Left of the first pixel all is zero, and Paeth then predicts what is above. Its x is 0, so its moment is, too.
    (global.set $rowSum (i64.sub (global.get $rowSum) (i64.load8_u (i32.const 0x8000))))
    (local.set $first (i32.load8_u (i32.sub (local.get $row) (local.get $width))))
    (i32.store8
      (i32.const 0x8000)
      (i32.sub
        (i32.load8_u (local.get $row))
        (select
          (i32.const 0)
          (i32.shr_u (local.get $first) (i32.eq (local.get $type) (i32.const 3)))
          (i32.lt_u (local.get $type) (i32.const 2)))))
    (global.set $rowSum (i64.add (global.get $rowSum) (i64.load8_u (i32.const 0x8000)))))

  ;; Returns how many whole bytes it wrote.
  (func (export "writeRows") (param $rows i32) (param $width i32) (param $step i32) (result i32)
    (local $held i64) (local $heldBits i64) (local $out i32)
    (local $y i32) (local $x i32) (local $row i32) (local $pieces i32) (local $extra i32) (local $last i32)
    (local $piece i64) (local $code i64) (local $piece2 i64) (local $code2 i64) (local $both i64) (local $value i64) (local $length i64)
    (local $position i64) (local $sum i64) (local $moment i64)
    (local.set $held (i64.load (i32.const 0)))
    (local.set $heldBits (i64.load32_u (i32.const 8)))
    (local.set $last (i32.sub (local.get $width) (i32.const 1)))
    (local.set $row (i32.const 0x30000))
    (local.set $pieces (i32.const 0x50000))
    (local.set $extra (i32.const 0xd0000))
    (loop $nextRow
      (call $filterRow (i32.load8_u offset=0x1000 (local.get $y)) (local.get $row) (local.get $width))
      (local.set $row (i32.add (local.get $row) (local.get $width)))
      (local.set $sum (i64.add (local.get $sum) (global.get $rowSum)))
      ;; Pixel x stands at position + step (x + 1).
      (local.set $moment
        (i64.add
          (local.get $moment)
          (i64.add
            (i64.mul
              (global.get $rowSum)
              (i64.add (local.get $position) (i64.extend_i32_u (local.get $step))))
            (i64.mul (global.get $rowMoment) (i64.extend_i32_u (local.get $step))))))
      (local.set $position
        (i64.add
          (local.get $position)
          (i64.extend_i32_u (i32.add (i32.mul (local.get $step) (local.get $width)) (i32.const 1)))))

      ;; The row begins with its filter type.
      (local.set $code
        (i64.load32_u offset=64 (i32.shl (i32.load8_u offset=0x1000 (local.get $y)) (i32.const 2))))
      (local.set $value (i64.shr_u (local.get $code) (i64.const 6)))
      (local.set $length (i64.and (local.get $code) (i64.const 63)))
      (local.set $x (i32.const 0))
      (loop $flush
        ;; A word holds 7 bits from before and 56 of value. What does not fill a byte is held for the next word.
        (local.set $held (i64.or (local.get $held) (i64.shl (local.get $value) (local.get $heldBits))))
        (i64.store offset=0x2d0000 (local.get $out) (local.get $held))
        (local.set $heldBits (i64.add (local.get $heldBits) (local.get $length)))
        (local.set $out
          (i32.add (local.get $out) (i32.wrap_i64 (i64.shr_u (local.get $heldBits) (i64.const 3)))))
        (local.set $held (i64.shr_u (local.get $held) (i64.and (local.get $heldBits) (i64.const 56))))
        (local.set $heldBits (i64.and (local.get $heldBits) (i64.const 7)))

        (if (i32.lt_u (local.get $x) (local.get $width))
          (then
            (local.set $piece (i64.load (local.get $pieces)))
            (local.set $code
              (i64.load32_u offset=64 (i32.shl (i32.load8_u offset=0x8000 (local.get $x)) (i32.const 2))))
            (local.set $length
              (i64.add
                (i64.and (local.get $piece) (i64.const 63))
                (i64.and (local.get $code) (i64.const 63))))
            (if (i32.lt_u (local.get $x) (local.get $last))
              (then
                (local.set $piece2 (i64.load offset=8 (local.get $pieces)))
                (local.set $code2
                  (i64.load32_u offset=64 (i32.shl (i32.load8_u offset=0x8001 (local.get $x)) (i32.const 2))))
                (local.set $both
                  (i64.add
                    (local.get $length)
                    (i64.add
                      (i64.and (local.get $piece2) (i64.const 63))
                      (i64.and (local.get $code2) (i64.const 63)))))
                (if (i64.le_u (local.get $both) (i64.const 56))
                  (then
                    (local.set $value
                      (i64.or
                        (i64.or
                          (i64.shr_u (local.get $piece) (i64.const 6))
                          (i64.shl (i64.shr_u (local.get $code) (i64.const 6)) (local.get $piece)))
                        (i64.shl
                          (i64.or
                            (i64.shr_u (local.get $piece2) (i64.const 6))
                            (i64.shl (i64.shr_u (local.get $code2) (i64.const 6)) (local.get $piece2)))
                          (local.get $length))))
                    (local.set $length (local.get $both))
                    (local.set $x (i32.add (local.get $x) (i32.const 2)))
                    (local.set $pieces (i32.add (local.get $pieces) (i32.const 16)))
                    (br $flush)))))

            (if (i64.eq (i64.and (local.get $piece) (i64.const 63)) (i64.const 63))
              (then
                (local.set $value (i64.shr_u (local.get $piece) (i64.const 6)))
                (local.set $piece (i64.load (local.get $extra)))
                (local.set $extra (i32.add (local.get $extra) (i32.const 8)))
                (local.set $length (i64.and (local.get $piece) (i64.const 63)))
                (if (i64.gt_u (local.get $value) (i64.const 1))
                  (then
                    ;; One piece fewer, and this one by itself.
                    (i64.store
                      (local.get $pieces)
                      (i64.or
                        (i64.shl (i64.sub (local.get $value) (i64.const 1)) (i64.const 6))
                        (i64.const 63)))
                    (local.set $value (i64.shr_u (local.get $piece) (i64.const 6)))
                    (br $flush)))
                (local.set $length (i64.add (local.get $length) (i64.and (local.get $code) (i64.const 63))))))
            (local.set $value
              (i64.or
                (i64.shr_u (local.get $piece) (i64.const 6))
                (i64.shl (i64.shr_u (local.get $code) (i64.const 6)) (local.get $piece))))
            (local.set $x (i32.add (local.get $x) (i32.const 1)))
            (local.set $pieces (i32.add (local.get $pieces) (i32.const 8)))
            (br $flush))))
      (br_if $nextRow (i32.lt_u (local.tee $y (i32.add (local.get $y) (i32.const 1))) (local.get $rows))))
    (i64.store (i32.const 0) (local.get $held))
    (i64.store32 (i32.const 8) (local.get $heldBits))
    (f64.store (i32.const 16) (f64.convert_i64_u (local.get $sum)))
    (f64.store (i32.const 24) (f64.convert_i64_u (local.get $moment)))
    (local.get $out)))
