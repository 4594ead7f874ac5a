;; The inner loop of embed: spreads the container over the carrying bytes of some rows, filters them, and writes their codes
;; between the ready bits of the fixed bytes. `script-rows.ts` does the same in TypeScript; `rows-module.ts` is this file
;; assembled (`pnpm --filter @p2pimg/stego assemble`); `wasm-rows.ts` has the same layout of the memory.
;;
;;         0  i32 held bits, i32 how many (0 ... 7): before and after
;;        16  f64 sum, f64 moment of the carrying residuals: after
;;        32  32 bytes: which of the 16 bytes of a vector count
;;        64  256 codes of 4 bytes: length << 16 | code
;;     0x480  16 times 15, 16 times 7, 2 ^ n for 0 ... 7, 2 ^ (8 - n) for 1 ... 7; a byte each
;;     0x5c0  for residuals -8 ... 7, by their low four bits: 16 codes, 16 lengths, 16 times 2 ^ (length - 1), 16 codes in the
;;            highest bits of a byte; a byte each
;;     0x600  up to 256 pixels, see $writeNarrow
;;    0x1000  16 K filter types
;;    0x8000  residuals of a row, 64 KiB and a vector
;;   0x20000  carrying bytes, 128 KiB: the row above and all rows; a row and a vector may be read outside
;;   0x50000  container, 64 KiB and a vector
;;   0x70000  counts, 128 K of a byte and a vector: how many bits the piece has, 0 ... 41; 128 more after extra pieces
;;   0xa0000  extra counts, 256 K of a byte
;;  0x100000  tails, 128 K of a byte and a vector: the last eight bits of the piece, the very last one highest
;;  0x130000  pieces, 128 K of 8 bytes: fixed bits; the number of extra pieces before it << 62
;;  0x230000  extra pieces, 256 K of 8 bytes
;;  0x430000  what is written, where the caller has no better place in this memory
;;
;; A row has a piece before its pixels (filter type and first fixed bytes) and one after each pixel.
(module
  (memory (export "memory") 128)
  (data (i32.const 32) "\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff")
  (data (i32.const 0x480) "\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f")
  (data (i32.const 0x490) "\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07")
  (data (i32.const 0x4a0) "\01\02\04\08\10\20\40\80")
  (data (i32.const 0x4b0) "\00\80\40\20\10\08\04\02")

  ;; Bits that do not fill a byte yet, their number (0 ... 7), and where the next byte goes.
  (global $held (mut i64) (i64.const 0))
  (global $heldBits (mut i64) (i64.const 0))
  (global $out (mut i32) (i32.const 0))

  ;; Where counts and pieces of the row begin, and the number of the next extra piece.
  (global $counts (mut i32) (i32.const 0))
  (global $pieces (mut i32) (i32.const 0))
  (global $extra (mut i32) (i32.const 0))

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

  ;; Writes $length bits, 0 ... 57, in one store of 64.
  (func $append (param $bits i64) (param $length i64)
    (global.set $held (i64.or (global.get $held) (i64.shl (local.get $bits) (global.get $heldBits))))
    (i64.store (global.get $out) (global.get $held))
    (global.set $heldBits (i64.add (global.get $heldBits) (local.get $length)))
    (global.set $out
      (i32.add (global.get $out) (i32.wrap_i64 (i64.shr_u (global.get $heldBits) (i64.const 3)))))
    (global.set $held (i64.shr_u (global.get $held) (i64.and (global.get $heldBits) (i64.const 56))))
    (global.set $heldBits (i64.and (global.get $heldBits) (i64.const 7))))

  ;; Writes piece $index of the row, after its extra pieces.
  (func $appendPiece (param $index i32)
    (local $bits i64) (local $count i64) (local $extras i64)
    (local.set $bits (i64.load (i32.add (global.get $pieces) (i32.shl (local.get $index) (i32.const 3)))))
    (local.set $count (i64.load8_u (i32.add (global.get $counts) (local.get $index))))
    (if (i64.ge_u (local.get $count) (i64.const 128))
      (then
        (local.set $extras (i64.shr_u (local.get $bits) (i64.const 62)))
        (loop $next
          (call $append
            (i64.load offset=0x230000 (i32.shl (global.get $extra) (i32.const 3)))
            (i64.load8_u offset=0xa0000 (global.get $extra)))
          (global.set $extra (i32.add (global.get $extra) (i32.const 1)))
          (br_if $next (i64.ne (local.tee $extras (i64.sub (local.get $extras) (i64.const 1))) (i64.const 0))))
        (local.set $bits (i64.and (local.get $bits) (i64.const 0x3fffffffffffffff)))
        (local.set $count (i64.and (local.get $count) (i64.const 127)))))
    (call $append (local.get $bits) (local.get $count)))

  ;; Writes pixels $x ... $end - 1, whatever their codes and pieces: the code of each, and the piece after it.
  (func $writePixels (param $x i32) (param $end i32)
    (local $held i64) (local $heldBits i64) (local $out i32) (local $counts i32) (local $piece i32)
    (local $code i64) (local $length i64) (local $count i64)
    (local.set $held (global.get $held))
    (local.set $heldBits (global.get $heldBits))
    (local.set $out (global.get $out))
    (local.set $counts (global.get $counts))
    (local.set $piece (i32.add (global.get $pieces) (i32.shl (local.get $x) (i32.const 3))))
    (loop $next
      (local.set $code
        (i64.load32_u offset=64 (i32.shl (i32.load8_u offset=0x8000 (local.get $x)) (i32.const 2))))
      (local.set $length (i64.shr_u (local.get $code) (i64.const 16)))
      (local.set $code (i64.and (local.get $code) (i64.const 0xffff)))
      (local.set $count (i64.load8_u offset=1 (i32.add (local.get $counts) (local.get $x))))
      (if (i64.ge_u (local.get $count) (i64.const 128))
        (then
          (global.set $held (local.get $held))
          (global.set $heldBits (local.get $heldBits))
          (global.set $out (local.get $out))
          (call $append (local.get $code) (local.get $length))
          (call $appendPiece (i32.add (local.get $x) (i32.const 1)))
          (local.set $held (global.get $held))
          (local.set $heldBits (global.get $heldBits))
          (local.set $out (global.get $out)))
        (else
          (local.set $held
            (i64.or
              (local.get $held)
              (i64.shl
                (i64.or (local.get $code) (i64.shl (i64.load offset=8 (local.get $piece)) (local.get $length)))
                (local.get $heldBits))))
          (i64.store (local.get $out) (local.get $held))
          (local.set $heldBits (i64.add (local.get $heldBits) (i64.add (local.get $length) (local.get $count))))
          (local.set $out
            (i32.add (local.get $out) (i32.wrap_i64 (i64.shr_u (local.get $heldBits) (i64.const 3)))))
          (local.set $held (i64.shr_u (local.get $held) (i64.and (local.get $heldBits) (i64.const 56))))
          (local.set $heldBits (i64.and (local.get $heldBits) (i64.const 7)))))
      (local.set $piece (i32.add (local.get $piece) (i32.const 8)))
      (br_if $next (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 1))) (local.get $end))))
    (global.set $held (local.get $held))
    (global.set $heldBits (local.get $heldBits))
    (global.set $out (local.get $out)))

  ;; The same for residuals -8 ... 7 with codes of at most 8 bits. Sums of the lengths tell where each pixel begins, and the
  ;; last byte of a piece tells which bits of a byte stand before the next: so pixels do not wait for each other, and take one
  ;; product and one store each. First for up to 256 of them, 16 at a time:
  ;;   0x600  2 bytes each: the bits before the code in its first byte, and the code
  ;;   0x800  2 bytes each: the factor that moves the piece behind the code
  ;;   0xa00  a byte each: how many bytes are full after it
  ;;   0xb00  a byte each: where it ends, in bits modulo 256
  ;; A block with extra pieces, or with a pixel too short to fill up a byte before the next, goes the other way.
  (func $writeNarrow (param $x i32) (param $end i32)
    (local $stretch i32) (local $odd i32) (local $i i32) (local $left i32) (local $at i32)
    (local $out i32) (local $piece i32)
    (local $counts v128) (local $lengths v128) (local $sums v128) (local $residuals v128) (local $starts v128)
    (local $codes v128) (local $factors v128) (local $tails v128) (local $tops v128) (local $shifts v128)
    (local $low v128) (local $high v128)
    (loop $nextStretch
      (local.set $stretch (local.get $x))
      (local.set $sums (i8x16.splat (i32.wrap_i64 (global.get $heldBits))))
      (local.set $i (i32.const 0))
      (loop $nextBlock
        (local.set $counts (v128.load offset=1 (i32.add (global.get $counts) (local.get $x))))
        (local.set $residuals (v128.and (v128.load offset=0x8000 (local.get $x)) (v128.load (i32.const 0x480))))
        (local.set $lengths
          (i8x16.add
            (local.get $counts)
            (i8x16.swizzle (v128.load (i32.const 0x5d0)) (local.get $residuals))))
        ;; How many pixels have another behind them.
        (local.set $left (i32.sub (i32.sub (local.get $end) (local.get $x)) (i32.const 1)))
        (local.set $left
          (select (local.get $left) (i32.const 16) (i32.lt_u (local.get $left) (i32.const 16))))
        (local.set $odd
          (i32.or
            (i8x16.bitmask (local.get $counts))
            (i32.and
              (i8x16.bitmask (i8x16.lt_s (local.get $lengths) (v128.load (i32.const 0x490))))
              (i32.sub (i32.shl (i32.const 1) (local.get $left)) (i32.const 1)))))
        (if (i32.eqz (local.get $odd))
          (then
            ;; All lengths up to and with each, on what came before.
            (local.set $starts (i8x16.swizzle (local.get $sums) (v128.load (i32.const 0x480))))
            (local.set $sums (local.get $lengths))
            (local.set $sums
              (i8x16.add (local.get $sums)
                (i8x16.shuffle 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30
                  (v128.const i64x2 0 0) (local.get $sums))))
            (local.set $sums
              (i8x16.add (local.get $sums)
                (i8x16.shuffle 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29
                  (v128.const i64x2 0 0) (local.get $sums))))
            (local.set $sums
              (i8x16.add (local.get $sums)
                (i8x16.shuffle 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27
                  (v128.const i64x2 0 0) (local.get $sums))))
            (local.set $sums
              (i8x16.add (local.get $sums)
                (i8x16.shuffle 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
                  (v128.const i64x2 0 0) (local.get $sums))))
            (local.set $sums (i8x16.add (local.get $sums) (local.get $starts)))
            (v128.store offset=0xb00 (local.get $i) (local.get $sums))
            (local.set $starts
              (v128.and (i8x16.sub (local.get $sums) (local.get $lengths)) (v128.load (i32.const 0x490))))
            (v128.store offset=0xa00 (local.get $i)
              (v128.and
                (i16x8.shr_u (i8x16.add (local.get $starts) (local.get $lengths)) (i32.const 3))
                (v128.load (i32.const 0x490))))

            ;; Of the pixel before: the last byte of its code, moved down by the piece behind it, and that of the piece.
            (local.set $tops
              (i8x16.swizzle
                (v128.load (i32.const 0x5f0))
                (v128.and (v128.load offset=0x7fff (local.get $x)) (v128.load (i32.const 0x480)))))
            (local.set $shifts
              (i8x16.swizzle
                (v128.load (i32.const 0x4b0))
                (v128.load (i32.add (global.get $counts) (local.get $x)))))
            (local.set $tails (v128.load offset=0x90000 (i32.add (global.get $counts) (local.get $x))))
            (local.set $low
              (v128.or
                (i16x8.extend_low_i8x16_u (local.get $tails))
                (i16x8.shr_u (i16x8.extmul_low_i8x16_u (local.get $tops) (local.get $shifts)) (i32.const 8))))
            (local.set $high
              (v128.or
                (i16x8.extend_high_i8x16_u (local.get $tails))
                (i16x8.shr_u (i16x8.extmul_high_i8x16_u (local.get $tops) (local.get $shifts)) (i32.const 8))))

            (local.set $at (i32.shl (local.get $i) (i32.const 1)))
            (local.set $codes (i8x16.swizzle (v128.load (i32.const 0x5c0)) (local.get $residuals)))
            (local.set $factors (i8x16.swizzle (v128.load (i32.const 0x5e0)) (local.get $residuals)))
            (local.set $shifts (i8x16.swizzle (v128.load (i32.const 0x4a0)) (local.get $starts)))
            (local.set $starts (i16x8.extend_low_i8x16_u (local.get $shifts)))
            (v128.store offset=0x600 (local.get $at)
              (v128.or
                (i16x8.shr_u (i16x8.mul (local.get $low) (local.get $starts)) (i32.const 8))
                (i16x8.mul (i16x8.extend_low_i8x16_u (local.get $codes)) (local.get $starts))))
            (v128.store offset=0x800 (local.get $at)
              (i16x8.shl (i16x8.mul (i16x8.extend_low_i8x16_u (local.get $factors)) (local.get $starts)) (i32.const 1)))
            (local.set $starts (i16x8.extend_high_i8x16_u (local.get $shifts)))
            (v128.store offset=0x610 (local.get $at)
              (v128.or
                (i16x8.shr_u (i16x8.mul (local.get $high) (local.get $starts)) (i32.const 8))
                (i16x8.mul (i16x8.extend_high_i8x16_u (local.get $codes)) (local.get $starts))))
            (v128.store offset=0x810 (local.get $at)
              (i16x8.shl (i16x8.mul (i16x8.extend_high_i8x16_u (local.get $factors)) (local.get $starts)) (i32.const 1)))
            (local.set $i (i32.add (local.get $i) (i32.const 16)))
            (br_if $nextBlock
              (i32.and
                (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $end))
                (i32.lt_u (local.get $i) (i32.const 256)))))))

      (local.set $left (i32.sub (local.get $end) (local.get $stretch)))
      (local.set $left
        (select (local.get $left) (local.get $i) (i32.lt_u (local.get $left) (local.get $i))))
      (if (local.get $left)
        (then
          ;; Before the first of them stands what is held.
          (i32.store16 (i32.const 0x600)
            (i32.or
              (i32.wrap_i64 (global.get $held))
              (i32.shl
                (i32.shr_u (i32.load16_u (i32.const 0x600)) (i32.wrap_i64 (global.get $heldBits)))
                (i32.wrap_i64 (global.get $heldBits)))))
          (local.set $out (global.get $out))
          (local.set $piece (i32.add (global.get $pieces) (i32.shl (local.get $stretch) (i32.const 3))))
          (local.set $i (i32.const 0))
          (block $done
            (loop $nextFour
              (br_if $done (i32.gt_u (i32.add (local.get $i) (i32.const 4)) (local.get $left)))
              (local.set $at (i32.shl (local.get $i) (i32.const 1)))
              (i64.store (local.get $out)
                (i64.or
                  (i64.load16_u offset=0x600 (local.get $at))
                  (i64.mul
                    (i64.load offset=8 (local.get $piece))
                    (i64.load16_u offset=0x800 (local.get $at)))))
              (local.set $out (i32.add (local.get $out) (i32.load8_u offset=0xa00 (local.get $i))))
              (i64.store (local.get $out)
                (i64.or
                  (i64.load16_u offset=0x602 (local.get $at))
                  (i64.mul
                    (i64.load offset=16 (local.get $piece))
                    (i64.load16_u offset=0x802 (local.get $at)))))
              (local.set $out (i32.add (local.get $out) (i32.load8_u offset=0xa01 (local.get $i))))
              (i64.store (local.get $out)
                (i64.or
                  (i64.load16_u offset=0x604 (local.get $at))
                  (i64.mul
                    (i64.load offset=24 (local.get $piece))
                    (i64.load16_u offset=0x804 (local.get $at)))))
              (local.set $out (i32.add (local.get $out) (i32.load8_u offset=0xa02 (local.get $i))))
              (i64.store (local.get $out)
                (i64.or
                  (i64.load16_u offset=0x606 (local.get $at))
                  (i64.mul
                    (i64.load offset=32 (local.get $piece))
                    (i64.load16_u offset=0x806 (local.get $at)))))
              (local.set $out (i32.add (local.get $out) (i32.load8_u offset=0xa03 (local.get $i))))
              (local.set $piece (i32.add (local.get $piece) (i32.const 32)))
              (local.set $i (i32.add (local.get $i) (i32.const 4)))
              (br $nextFour)))
          (block $done
            (loop $next
              (br_if $done (i32.ge_u (local.get $i) (local.get $left)))
              (local.set $at (i32.shl (local.get $i) (i32.const 1)))
              (i64.store (local.get $out)
                (i64.or
                  (i64.load16_u offset=0x600 (local.get $at))
                  (i64.mul
                    (i64.load offset=8 (local.get $piece))
                    (i64.load16_u offset=0x800 (local.get $at)))))
              (local.set $out (i32.add (local.get $out) (i32.load8_u offset=0xa00 (local.get $i))))
              (local.set $piece (i32.add (local.get $piece) (i32.const 8)))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br $next)))
          (global.set $out (local.get $out))
          (global.set $held (i64.load8_u (local.get $out)))
          (global.set $heldBits
            (i64.and (i64.load8_u offset=0xaff (local.get $left)) (i64.const 7)))))

      (if (local.get $odd)
        (then
          (local.set $left (i32.sub (local.get $end) (local.get $x)))
          (local.set $left
            (select (local.get $left) (i32.const 16) (i32.lt_u (local.get $left) (i32.const 16))))
          (call $writePixels (local.get $x) (i32.add (local.get $x) (local.get $left)))
          (local.set $x (i32.add (local.get $x) (i32.const 16)))))
      (br_if $nextStretch (i32.lt_u (local.get $x) (local.get $end)))))

  ;; Spreads symbols of $bits bits, 1 ... 7, over carrying bytes that are otherwise $floor: 16 at a time, halved three times.
  (func (export "spread") (param $pixels i32) (param $bits i32) (param $floor i32)
    (local $i i32) (local $from i32) (local $symbols v128) (local $quads v128) (local $pairs v128) (local $ones v128)
    (local.set $quads
      (i64x2.splat
        (i64.sub
          (i64.shl (i64.const 1) (i64.extend_i32_u (i32.shl (local.get $bits) (i32.const 2))))
          (i64.const 1))))
    (local.set $pairs
      (i32x4.splat
        (i32.sub (i32.shl (i32.const 1) (i32.shl (local.get $bits) (i32.const 1))) (i32.const 1))))
    (local.set $ones (i16x8.splat (i32.sub (i32.shl (i32.const 1) (local.get $bits)) (i32.const 1))))
    (local.set $from (i32.const 0x50000))
    (loop $next
      (local.set $symbols
        (i64x2.replace_lane 1
          (v128.load64_zero (local.get $from))
          (i64.load (i32.add (local.get $from) (local.get $bits)))))
      (local.set $symbols
        (v128.or
          (v128.and (local.get $symbols) (local.get $quads))
          (i64x2.shl
            (v128.and
              (i64x2.shr_u (local.get $symbols) (i32.shl (local.get $bits) (i32.const 2)))
              (local.get $quads))
            (i32.const 32))))
      (local.set $symbols
        (v128.or
          (v128.and (local.get $symbols) (local.get $pairs))
          (i32x4.shl
            (v128.and
              (i32x4.shr_u (local.get $symbols) (i32.shl (local.get $bits) (i32.const 1)))
              (local.get $pairs))
            (i32.const 16))))
      (local.set $symbols
        (v128.or
          (v128.and (local.get $symbols) (local.get $ones))
          (i16x8.shl
            (v128.and (i16x8.shr_u (local.get $symbols) (local.get $bits)) (local.get $ones))
            (i32.const 8))))
      (v128.store offset=0x20000 (local.get $i) (v128.or (local.get $symbols) (i8x16.splat (local.get $floor))))
      (local.set $from (i32.add (local.get $from) (i32.shl (local.get $bits) (i32.const 1))))
      (br_if $next
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $pixels)))))

  ;; Writes rows whose carrying bytes begin at $row to $out, and returns where the next byte goes.
  (func (export "writeRows")
    (param $rows i32) (param $width i32) (param $step i32) (param $row i32) (param $out i32) (param $narrow i32)
    (result i32)
    (local $y i32) (local $position i64) (local $sum i64) (local $moment i64)
    (global.set $held (i64.load32_u (i32.const 0)))
    (global.set $heldBits (i64.load32_u (i32.const 4)))
    (global.set $out (local.get $out))
    (global.set $counts (i32.const 0x70000))
    (global.set $pieces (i32.const 0x130000))
    (global.set $extra (i32.const 0))
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

      (call $appendPiece (i32.const 0))
      ;; The first pixel has no left neighbour: its residual may be any.
      (call $writePixels (i32.const 0) (select (i32.const 1) (local.get $width) (local.get $narrow)))
      (if (i32.and (local.get $narrow) (i32.gt_u (local.get $width) (i32.const 1)))
        (then (call $writeNarrow (i32.const 1) (local.get $width))))
      (global.set $counts (i32.add (global.get $counts) (i32.add (local.get $width) (i32.const 1))))
      (global.set $pieces
        (i32.add (global.get $pieces) (i32.shl (i32.add (local.get $width) (i32.const 1)) (i32.const 3))))
      (br_if $nextRow (i32.lt_u (local.tee $y (i32.add (local.get $y) (i32.const 1))) (local.get $rows))))
    (i32.store (i32.const 0) (i32.wrap_i64 (global.get $held)))
    (i32.store (i32.const 4) (i32.wrap_i64 (global.get $heldBits)))
    (f64.store (i32.const 16) (f64.convert_i64_u (local.get $sum)))
    (f64.store (i32.const 24) (f64.convert_i64_u (local.get $moment)))
    (global.get $out)))
