;; The inner loops of extract: inflates the rows of a picture (RFC 1950, RFC 1951) and undoes the filters of the byte that
;; carries in each pixel. What is unusual or broken is left to the platform's inflate: the answer is then 0.
;; `lane-module.ts` is this file assembled (`pnpm --filter @p2pimg/stego assemble`); `wasm-lane.ts` has the same layout of
;; the memory.
;;
;;         0  320 code lengths of the block that begins, a byte each
;;     0x200  16 counts, then 16 next codes, by length; 4 bytes each
;;     0x300  288 code lengths that the tables of literals stand for, a byte each
;;     0x500  the order in which lengths of the lengths' code are given, 19 bytes
;;     0x513  what each filter is in the first row, above which all is 0: none, sub, none, 5 for average, sub
;;     0x800  code of the lengths: up to 2^7 entries
;;   0x10000  literals and match lengths: up to 2^15 entries of 2 bytes, symbol << 4 | length; 0 is no code. One for each string
;;            of as many bits as the longest code has
;;   0x20000  distances: the same
;;   0x30000  runs of literals, 8 bytes each, see $buildRuns; at 0x38000 how many literals, a byte each
;;   0x40000  the zlib stream, 2 MiB, and 64 bytes
;;  0x250000  the rows, 4 MiB, and 64 bytes; afterwards the carrying bytes
(module
  (memory (export "memory") 102)
  (data (i32.const 0x500) "\10\11\12\00\08\07\09\06\0a\05\0b\04\0c\03\0d\02\0e\01\0f\00\01\00\05\01")

  ;; Bits that were read ahead, how many of them count, and the byte after these.
  (global $held (mut i64) (i64.const 0))
  (global $heldBits (mut i64) (i64.const 0))
  (global $in (mut i32) (i32.const 0))
  (global $inEnd (mut i32) (i32.const 0))
  (global $out (mut i32) (i32.const 0))
  (global $outEnd (mut i32) (i32.const 0))

  ;; Entries of each table less one: which of the next bits choose.
  (global $literalMask (mut i64) (i64.const 0))
  (global $distanceMask (mut i64) (i64.const 0))

  ;; Steps that tables may still take in this picture. A block's header says what they cost, whatever the block then holds:
  ;; 28 bytes may ask for 75,000 steps.
  (global $budget (mut i32) (i32.const 0))

  ;; At least 56 bits from here on; zeros, or what else stands there, after the end.
  (func $refill
    (global.set $held
      (i64.or (global.get $held) (i64.shl (i64.load (global.get $in)) (global.get $heldBits))))
    (global.set $in
      (i32.add
        (global.get $in)
        (i32.wrap_i64 (i64.shr_u (i64.sub (i64.const 63) (global.get $heldBits)) (i64.const 3)))))
    (global.set $heldBits (i64.or (global.get $heldBits) (i64.const 56))))

  (func $drop (param $count i64)
    (global.set $held (i64.shr_u (global.get $held) (local.get $count)))
    (global.set $heldBits (i64.sub (global.get $heldBits) (local.get $count))))

  ;; The next $count bits, of those that are held.
  (func $take (param $count i64) (result i32)
    (local $bits i64)
    (local.set $bits
      (i64.and
        (global.get $held)
        (i64.sub (i64.shl (i64.const 1) (local.get $count)) (i64.const 1))))
    (call $drop (local.get $count))
    (i32.wrap_i64 (local.get $bits)))

  ;; Gives back the bytes that were read ahead, and the rest of one that was begun.
  (func $align
    (global.set $in
      (i32.sub (global.get $in) (i32.wrap_i64 (i64.shr_u (global.get $heldBits) (i64.const 3)))))
    (global.set $held (i64.const 0))
    (global.set $heldBits (i64.const 0)))

  ;; The table of the code with these $count lengths. $lone: a code of one bit may stand alone, and there may be none.
  ;; Returns the number of entries, or 0 when the lengths make no such code, or the budget does not reach.
  (func $buildTable (param $lengths i32) (param $count i32) (param $table i32) (param $lone i32) (result i32)
    (local $i i32) (local $length i32) (local $longest i32) (local $left i32) (local $code i32) (local $at i32)
    (local $reversed i32) (local $size i32)
    (memory.fill (i32.const 0x200) (i32.const 0) (i32.const 128))
    (loop $next
      (local.set $at (i32.shl (i32.load8_u (i32.add (local.get $lengths) (local.get $i))) (i32.const 2)))
      (i32.store offset=0x200 (local.get $at) (i32.add (i32.load offset=0x200 (local.get $at)) (i32.const 1)))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count))))
    (i32.store (i32.const 0x200) (i32.const 0))

    (local.set $left (i32.const 1))
    (local.set $length (i32.const 1))
    (loop $next
      (local.set $at (i32.shl (local.get $length) (i32.const 2)))
      (local.set $code
        (i32.shl
          (i32.add (local.get $code) (i32.load offset=0x200 (i32.sub (local.get $at) (i32.const 4))))
          (i32.const 1)))
      (i32.store offset=0x240 (local.get $at) (local.get $code))
      (local.set $left
        (i32.sub (i32.shl (local.get $left) (i32.const 1)) (i32.load offset=0x200 (local.get $at))))
      (if (i32.lt_s (local.get $left) (i32.const 0)) (then (return (i32.const 0))))
      (if (i32.load offset=0x200 (local.get $at)) (then (local.set $longest (local.get $length))))
      (br_if $next
        (i32.le_u (local.tee $length (i32.add (local.get $length) (i32.const 1))) (i32.const 15))))
    (if (local.get $left)
      (then
        (if (i32.or (i32.eqz (local.get $lone)) (i32.gt_u (local.get $longest) (i32.const 1)))
          (then (return (i32.const 0))))
        (i32.store (local.get $table) (i32.const 0))
        (local.set $longest (i32.const 1))))

    (local.set $size (i32.shl (i32.const 1) (local.get $longest)))
    ;; Each length is at most 15 steps, as each bit of a code is turned round.
    (global.set $budget
      (i32.sub (global.get $budget) (i32.add (local.get $size) (i32.shl (local.get $count) (i32.const 4)))))
    (if (i32.lt_s (global.get $budget) (i32.const 0)) (then (return (i32.const 0))))
    (local.set $i (i32.const 0))
    (loop $next
      (local.set $length (i32.load8_u (i32.add (local.get $lengths) (local.get $i))))
      (if (local.get $length)
        (then
          (local.set $at (i32.shl (local.get $length) (i32.const 2)))
          (local.set $code (i32.load offset=0x240 (local.get $at)))
          (i32.store offset=0x240 (local.get $at) (i32.add (local.get $code) (i32.const 1)))
          ;; Codes come with their first bit lowest.
          (local.set $reversed (i32.const 0))
          (local.set $at (local.get $length))
          (loop $nextBit
            (local.set $reversed
              (i32.or
                (i32.shl (local.get $reversed) (i32.const 1))
                (i32.and (local.get $code) (i32.const 1))))
            (local.set $code (i32.shr_u (local.get $code) (i32.const 1)))
            (br_if $nextBit (local.tee $at (i32.sub (local.get $at) (i32.const 1)))))
          (loop $nextEntry
            (i32.store16
              (i32.add (local.get $table) (i32.shl (local.get $reversed) (i32.const 1)))
              (i32.or (i32.shl (local.get $i) (i32.const 4)) (local.get $length)))
            (br_if $nextEntry
              (i32.lt_u
                (local.tee $reversed
                  (i32.add (local.get $reversed) (i32.shl (i32.const 1) (local.get $length))))
                (local.get $size))))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count))))
    (local.get $size))

  ;; For each string of n bits, n = 0 ... 11, as entry 2 ^ n + string: the literals whose codes it begins with, at most 7 and as
  ;; many as are whole, first one in the second byte; the bits of their codes in the first; their number apart. All 0 when it
  ;; begins with none. Each is its first literal and the run of the bits behind that.
  (func $buildRuns
    (local $n i32) (local $string i32) (local $entry i32) (local $length i32) (local $at i32) (local $run i64) (local $count i32)
    (i64.store (i32.const 0x30008) (i64.const 0))
    (i32.store8 (i32.const 0x38001) (i32.const 0))
    (local.set $n (i32.const 1))
    (loop $nextN
      (local.set $string (i32.const 0))
      (loop $next
        (local.set $entry
          (i32.load16_u offset=0x10000
            (i32.shl
              (i32.and (local.get $string) (i32.wrap_i64 (global.get $literalMask)))
              (i32.const 1))))
        (local.set $length (i32.and (local.get $entry) (i32.const 15)))
        (local.set $run (i64.const 0))
        (local.set $count (i32.const 0))
        (if (i32.and
              (i32.le_u (i32.sub (local.get $length) (i32.const 1)) (i32.sub (local.get $n) (i32.const 1)))
              (i32.lt_u (local.get $entry) (i32.const 0x1000)))
          (then
            (local.set $at
              (i32.or
                (i32.shl (i32.const 1) (i32.sub (local.get $n) (local.get $length)))
                (i32.shr_u (local.get $string) (local.get $length))))
            (local.set $run (i64.load offset=0x30000 (i32.shl (local.get $at) (i32.const 3))))
            (local.set $count (i32.load8_u offset=0x38000 (local.get $at)))
            (if (i32.eq (local.get $count) (i32.const 7))
              (then
                ;; The last one gives way, and is shifted out below.
                (local.set $count (i32.const 6))
                (local.set $run
                  (i64.sub
                    (local.get $run)
                    (i64.load8_u offset=0x300 (i32.wrap_i64 (i64.shr_u (local.get $run) (i64.const 56))))))))
            (local.set $count (i32.add (local.get $count) (i32.const 1)))
            (local.set $run
              (i64.or
                (i64.or
                  (i64.shl (i64.and (local.get $run) (i64.const -256)) (i64.const 8))
                  (i64.extend_i32_u (i32.shl (i32.shr_u (local.get $entry) (i32.const 4)) (i32.const 8))))
                (i64.add
                  (i64.and (local.get $run) (i64.const 255))
                  (i64.extend_i32_u (local.get $length)))))))
        (local.set $at (i32.or (i32.shl (i32.const 1) (local.get $n)) (local.get $string)))
        (i64.store offset=0x30000 (i32.shl (local.get $at) (i32.const 3)) (local.get $run))
        (i32.store8 offset=0x38000 (local.get $at) (local.get $count))
        (br_if $next
          (i32.lt_u
            (local.tee $string (i32.add (local.get $string) (i32.const 1)))
            (i32.shl (i32.const 1) (local.get $n)))))
      (br_if $nextN (i32.le_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 11)))))

  ;; Reads the header of a block with codes of its own (RFC 1951 section 3.2.7) and makes its tables, or finds that those of
  ;; literals are still there. Returns 0 when something is wrong with it.
  (func $readCodes (result i32)
    (local $literals i32) (local $all i32) (local $given i32) (local $i i32) (local $entry i32) (local $size i32)
    (local $length i32) (local $repeat i32) (local $changed i64)
    (call $refill)
    (local.set $literals (i32.add (call $take (i64.const 5)) (i32.const 257)))
    (local.set $all (i32.add (call $take (i64.const 5)) (i32.const 1)))
    (if (i32.or
          (i32.gt_u (local.get $literals) (i32.const 286))
          (i32.gt_u (local.get $all) (i32.const 30)))
      (then (return (i32.const 0))))
    (local.set $all (i32.add (local.get $all) (local.get $literals)))
    (local.set $given (i32.add (call $take (i64.const 4)) (i32.const 4)))
    (memory.fill (i32.const 0) (i32.const 0) (i32.const 19))
    (loop $next
      (call $refill)
      (i32.store8 (i32.load8_u offset=0x500 (local.get $i)) (call $take (i64.const 3)))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $given))))
    (local.set $size (call $buildTable (i32.const 0) (i32.const 19) (i32.const 0x800) (i32.const 0)))
    (if (i32.eqz (local.get $size)) (then (return (i32.const 0))))

    (memory.fill (i32.const 0) (i32.const 0) (i32.const 320))
    (local.set $i (i32.const 0))
    (loop $next
      (call $refill)
      (local.set $entry
        (i32.load16_u offset=0x800
          (i32.shl
            (i32.and (i32.wrap_i64 (global.get $held)) (i32.sub (local.get $size) (i32.const 1)))
            (i32.const 1))))
      (call $drop (i64.extend_i32_u (i32.and (local.get $entry) (i32.const 15))))
      (local.set $entry (i32.shr_u (local.get $entry) (i32.const 4)))
      (local.set $repeat (i32.const 1))
      (local.set $length (local.get $entry))
      (if (i32.ge_u (local.get $entry) (i32.const 16))
        (then
          (local.set $length (i32.const 0))
          (if (i32.eq (local.get $entry) (i32.const 16))
            (then
              (if (i32.eqz (local.get $i)) (then (return (i32.const 0))))
              (local.set $length (i32.load8_u (i32.sub (local.get $i) (i32.const 1))))
              (local.set $repeat (i32.add (call $take (i64.const 2)) (i32.const 3))))
            (else
              (if (i32.eq (local.get $entry) (i32.const 17))
                (then (local.set $repeat (i32.add (call $take (i64.const 3)) (i32.const 3))))
                (else (local.set $repeat (i32.add (call $take (i64.const 7)) (i32.const 11)))))))))
      (if (i32.gt_u (i32.add (local.get $i) (local.get $repeat)) (local.get $all)) (then (return (i32.const 0))))
      (memory.fill (local.get $i) (local.get $length) (local.get $repeat))
      (br_if $next
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (local.get $repeat))) (local.get $all))))
    (if (i32.eqz (i32.load8_u (i32.const 256))) (then (return (i32.const 0))))

    (local.set $size
      (call $buildTable
        (local.get $literals)
        (i32.sub (local.get $all) (local.get $literals))
        (i32.const 0x20000)
        (i32.const 1)))
    (if (i32.eqz (local.get $size)) (then (return (i32.const 0))))
    (global.set $distanceMask (i64.extend_i32_u (i32.sub (local.get $size) (i32.const 1))))

    ;; From here on the lengths of the distances do not count.
    (memory.fill
      (local.get $literals)
      (i32.const 0)
      (i32.sub (i32.const 320) (local.get $literals)))
    (local.set $i (i32.const 0))
    (loop $next
      (local.set $changed
        (i64.or
          (local.get $changed)
          (i64.xor (i64.load (local.get $i)) (i64.load offset=0x300 (local.get $i)))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8))) (i32.const 288))))
    (if (i64.eqz (local.get $changed)) (then (return (i32.const 1))))

    ;; The runs are paid for first, so that there is no table without them.
    (global.set $budget (i32.sub (global.get $budget) (i32.const 4096)))
    (local.set $size (call $buildTable (i32.const 0) (i32.const 286) (i32.const 0x10000) (i32.const 0)))
    (if (i32.eqz (local.get $size))
      (then
        ;; The table may be half made: it stands for nothing.
        (memory.fill (i32.const 0x300) (i32.const 0) (i32.const 288))
        (return (i32.const 0))))
    (memory.copy (i32.const 0x300) (i32.const 0) (i32.const 288))
    (global.set $literalMask (i64.extend_i32_u (i32.sub (local.get $size) (i32.const 1))))
    (call $buildRuns)
    (i32.const 1))

  ;; The rest of a match whose length has symbol 257 + $symbol: copies it. Returns 0 when there is nothing to copy or no room.
  (func $copyMatch (param $symbol i32) (result i32)
    (local $length i32) (local $entry i32) (local $distance i32) (local $from i32) (local $to i32) (local $extra i32)
    (if (i32.lt_u (local.get $symbol) (i32.const 8))
      (then (local.set $length (i32.add (local.get $symbol) (i32.const 3))))
      (else
        (if (i32.eq (local.get $symbol) (i32.const 28))
          (then (local.set $length (i32.const 258)))
          (else
            (local.set $extra (i32.sub (i32.shr_u (local.get $symbol) (i32.const 2)) (i32.const 1)))
            (local.set $length
              (i32.add
                (i32.add
                  (i32.const 3)
                  (i32.shl
                    (i32.or (i32.const 4) (i32.and (local.get $symbol) (i32.const 3)))
                    (local.get $extra)))
                (call $take (i64.extend_i32_u (local.get $extra)))))))))
    (local.set $entry
      (i32.load16_u offset=0x20000
        (i32.shl (i32.wrap_i64 (i64.and (global.get $held) (global.get $distanceMask))) (i32.const 1))))
    (if (i32.eqz (local.get $entry)) (then (return (i32.const 0))))
    (call $drop (i64.extend_i32_u (i32.and (local.get $entry) (i32.const 15))))
    (local.set $distance (i32.shr_u (local.get $entry) (i32.const 4)))
    (if (i32.ge_u (local.get $distance) (i32.const 2))
      (then
        (local.set $extra (i32.sub (i32.shr_u (local.get $distance) (i32.const 1)) (i32.const 1)))
        (local.set $distance
          (i32.add
            (i32.shl
              (i32.or (i32.const 2) (i32.and (local.get $distance) (i32.const 1)))
              (local.get $extra))
            (call $take (i64.extend_i32_u (local.get $extra)))))))
    (local.set $distance (i32.add (local.get $distance) (i32.const 1)))

    (local.set $to (global.get $out))
    (global.set $out (i32.add (local.get $to) (local.get $length)))
    (if (i32.or
          (i32.gt_u (global.get $out) (global.get $outEnd))
          (i32.gt_u (local.get $distance) (i32.sub (local.get $to) (i32.const 0x250000))))
      (then (return (i32.const 0))))
    (local.set $from (i32.sub (local.get $to) (local.get $distance)))
    (if (i32.ge_u (local.get $distance) (i32.const 8))
      (then
        (loop $next
          (i64.store (local.get $to) (i64.load (local.get $from)))
          (local.set $from (i32.add (local.get $from) (i32.const 8)))
          (br_if $next
            (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 8))) (global.get $out)))))
      (else
        (loop $next
          (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
          (local.set $from (i32.add (local.get $from) (i32.const 1)))
          (br_if $next
            (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 1))) (global.get $out))))))
    (i32.const 1))

  ;; Reads the symbols of a block up to its end. Each look-up waits for the one before it, and the next bits from the stream wait
  ;; for four of them; so the first of the next four is done before the bits arrive: 12 are left. Four take at most 44 bits and
  ;; write at most 28 bytes and 8. A string that begins with no literal of at most 11 bits leaves everything as it is, so that one
  ;; look at the last will do.
  (func $readSymbols (result i32)
    (local $held i64) (local $heldBits i64) (local $in i32) (local $out i32) (local $at i32) (local $run i64) (local $used i64)
    (local $entry i32)
    (local.set $out (global.get $out))
    (loop $nextOther
      (call $refill)
      (local.set $held (global.get $held))
      (local.set $heldBits (global.get $heldBits))
      (local.set $in (global.get $in))
      (local.set $at (i32.and (i32.wrap_i64 (local.get $held)) (i32.const 2047)))
      (local.set $run (i64.load offset=0x34000 (i32.shl (local.get $at) (i32.const 3))))
      (loop $next
        (if (i32.or
              (i32.gt_u (local.get $in) (i32.add (global.get $inEnd) (i32.const 8)))
              (i32.gt_u (local.get $out) (global.get $outEnd)))
          (then (return (i32.const 0))))
        (local.set $held
          (i64.or (local.get $held) (i64.shl (i64.load (local.get $in)) (local.get $heldBits))))
        (local.set $in
          (i32.add
            (local.get $in)
            (i32.wrap_i64 (i64.shr_u (i64.sub (i64.const 63) (local.get $heldBits)) (i64.const 3)))))
        (local.set $heldBits (i64.or (local.get $heldBits) (i64.const 56)))

        (local.set $used (local.get $run))
        (i64.store (local.get $out) (i64.shr_u (local.get $run) (i64.const 8)))
        (local.set $out (i32.add (local.get $out) (i32.load8_u offset=0x38800 (local.get $at))))
        ;; A shift takes no notice of more than six bits.
        (local.set $held (i64.shr_u (local.get $held) (local.get $run)))

        (local.set $at (i32.and (i32.wrap_i64 (local.get $held)) (i32.const 2047)))
        (local.set $run (i64.load offset=0x34000 (i32.shl (local.get $at) (i32.const 3))))
        (local.set $used (i64.add (local.get $used) (local.get $run)))
        (i64.store (local.get $out) (i64.shr_u (local.get $run) (i64.const 8)))
        (local.set $out (i32.add (local.get $out) (i32.load8_u offset=0x38800 (local.get $at))))
        ;; A shift takes no notice of more than six bits.
        (local.set $held (i64.shr_u (local.get $held) (local.get $run)))

        (local.set $at (i32.and (i32.wrap_i64 (local.get $held)) (i32.const 2047)))
        (local.set $run (i64.load offset=0x34000 (i32.shl (local.get $at) (i32.const 3))))
        (local.set $used (i64.add (local.get $used) (local.get $run)))
        (i64.store (local.get $out) (i64.shr_u (local.get $run) (i64.const 8)))
        (local.set $out (i32.add (local.get $out) (i32.load8_u offset=0x38800 (local.get $at))))
        ;; A shift takes no notice of more than six bits.
        (local.set $held (i64.shr_u (local.get $held) (local.get $run)))

        (local.set $at (i32.and (i32.wrap_i64 (local.get $held)) (i32.const 2047)))
        (local.set $run (i64.load offset=0x34000 (i32.shl (local.get $at) (i32.const 3))))
        (local.set $used (i64.add (local.get $used) (local.get $run)))
        (i64.store (local.get $out) (i64.shr_u (local.get $run) (i64.const 8)))
        (local.set $out (i32.add (local.get $out) (i32.load8_u offset=0x38800 (local.get $at))))
        ;; A shift takes no notice of more than six bits.
        (local.set $held (i64.shr_u (local.get $held) (local.get $run)))

        (local.set $at (i32.and (i32.wrap_i64 (local.get $held)) (i32.const 2047)))
        (local.set $run (i64.load offset=0x34000 (i32.shl (local.get $at) (i32.const 3))))
        ;; Only the lowest bytes of the sum are bits that were taken.
        (local.set $heldBits (i64.sub (local.get $heldBits) (i64.and (local.get $used) (i64.const 255))))
        (br_if $next (i64.ne (local.get $run) (i64.const 0))))

      (global.set $held (local.get $held))
      (global.set $heldBits (local.get $heldBits))
      (global.set $in (local.get $in))
      (call $refill)
      (local.set $entry
        (i32.load16_u offset=0x10000
          (i32.shl (i32.wrap_i64 (i64.and (global.get $held) (global.get $literalMask))) (i32.const 1))))
      (call $drop (i64.extend_i32_u (i32.and (local.get $entry) (i32.const 15))))
      (local.set $entry (i32.shr_u (local.get $entry) (i32.const 4)))
      (if (i32.lt_u (local.get $entry) (i32.const 256))
        (then
          (i32.store8 (local.get $out) (local.get $entry))
          (local.set $out (i32.add (local.get $out) (i32.const 1))))
        (else
          (global.set $out (local.get $out))
          (if (i32.eq (local.get $entry) (i32.const 256)) (then (return (i32.const 1))))
          (if (i32.eqz (call $copyMatch (i32.sub (local.get $entry) (i32.const 257))))
            (then (return (i32.const 0))))
          (local.set $out (global.get $out))))
      (br $nextOther))
    (unreachable))

  ;; A block that is not compressed (RFC 1951 section 3.2.4).
  (func $readStored (result i32)
    (local $length i32)
    (call $align)
    (local.set $length (i32.load16_u (global.get $in)))
    (if (i32.ne
          (i32.load16_u offset=2 (global.get $in))
          (i32.xor (local.get $length) (i32.const 0xffff)))
      (then (return (i32.const 0))))
    (global.set $in (i32.add (global.get $in) (i32.const 4)))
    (if (i32.or
          (i32.gt_u (i32.add (global.get $in) (local.get $length)) (global.get $inEnd))
          (i32.gt_u (i32.add (global.get $out) (local.get $length)) (global.get $outEnd)))
      (then (return (i32.const 0))))
    (memory.copy (global.get $out) (global.get $in) (local.get $length))
    (global.set $in (i32.add (global.get $in) (local.get $length)))
    (global.set $out (i32.add (global.get $out) (local.get $length)))
    (i32.const 1))

  ;; Of a block with fixed codes only the empty one is read: the end of block, seven zeros.
  (func $readFixed (result i32)
    (i32.eqz (call $take (i64.const 7))))

  ;; The Adler-32 of $length bytes of rows (RFC 1950 section 8.2), 16 at a time; after them are zeros.
  (func $adler (param $length i32) (result i32)
    (local $a i64) (local $b i64) (local $at i32) (local $end i32) (local $stop i32) (local $bytes v128)
    (local $sums v128) (local $before v128) (local $weighted v128)
    (local.set $a (i64.const 1))
    (local.set $at (i32.const 0x250000))
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (loop $nextStretch
      ;; So many vectors that 32 bits hold what is summed up.
      (local.set $stop (i32.add (local.get $at) (i32.const 4096)))
      (if (i32.gt_u (local.get $stop) (local.get $end)) (then (local.set $stop (local.get $end))))
      (local.set $length (i32.sub (local.get $stop) (local.get $at)))
      (local.set $sums (v128.const i64x2 0 0))
      (local.set $before (v128.const i64x2 0 0))
      (local.set $weighted (v128.const i64x2 0 0))
      (block $done
        (loop $next
          (br_if $done (i32.ge_u (local.get $at) (local.get $stop)))
          (local.set $bytes (v128.load (local.get $at)))
          (local.set $before (i32x4.add (local.get $before) (local.get $sums)))
          (local.set $sums
            (i32x4.add
              (local.get $sums)
              (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (local.get $bytes)))))
          (local.set $weighted
            (i32x4.add
              (local.get $weighted)
              (i32x4.add
                (i32x4.dot_i16x8_s
                  (i16x8.extend_low_i8x16_u (local.get $bytes))
                  (v128.const i16x8 16 15 14 13 12 11 10 9))
                (i32x4.dot_i16x8_s
                  (i16x8.extend_high_i8x16_u (local.get $bytes))
                  (v128.const i16x8 8 7 6 5 4 3 2 1)))))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br $next)))
      ;; Zeros past the end count in b only: a times their number, and each byte once for each of them.
      (local.set $b
        (i64.add
          (local.get $b)
          (i64.add
            (i64.mul (local.get $a) (i64.extend_i32_u (local.get $length)))
            (i64.add
              (i64.shl (call $total (local.get $before)) (i64.const 4))
              (i64.sub
                (call $total (local.get $weighted))
                (i64.mul
                  (call $total (local.get $sums))
                  (i64.extend_i32_u (i32.sub (local.get $at) (local.get $stop)))))))))
      (local.set $a (i64.rem_u (i64.add (local.get $a) (call $total (local.get $sums))) (i64.const 65521)))
      (local.set $b (i64.rem_u (local.get $b) (i64.const 65521)))
      (br_if $nextStretch (i32.lt_u (local.get $at) (local.get $end))))
    (i32.wrap_i64 (i64.or (local.get $a) (i64.shl (local.get $b) (i64.const 16)))))

  ;; The sum of all four numbers
  (func $total (param $numbers v128) (result i64)
    (local.set $numbers
      (i64x2.add
        (i64x2.extend_low_i32x4_u (local.get $numbers))
        (i64x2.extend_high_i32x4_u (local.get $numbers))))
    (i64.add
      (i64x2.extract_lane 0 (local.get $numbers))
      (i64x2.extract_lane 1 (local.get $numbers))))

  ;; Inflates the stream of $length bytes to exactly $rawLength bytes. Returns whether it did, and the Adler-32 is right, and
  ;; nothing follows it. A block costs 75,120 steps at most: the budget is for one, and for one in each 5000
  ;; bytes.
  (func (export "inflate") (param $length i32) (param $rawLength i32) (result i32)
    (local $final i32) (local $type i32) (local $done i32)
    (global.set $in (i32.const 0x40002))
    (global.set $inEnd (i32.add (i32.const 0x40000) (local.get $length)))
    (global.set $out (i32.const 0x250000))
    (global.set $outEnd (i32.add (i32.const 0x250000) (local.get $rawLength)))
    (global.set $held (i64.const 0))
    (global.set $heldBits (i64.const 0))
    (global.set $budget (i32.add (i32.const 0x20000) (i32.shl (local.get $rawLength) (i32.const 4))))
    (i64.store (global.get $inEnd) (i64.const 0))
    ;; Deflate with a window of 32 KiB, no preset dictionary.
    (if (i32.ne (i32.load8_u (i32.const 0x40000)) (i32.const 0x78)) (then (return (i32.const 0))))
    (local.set $type (i32.load8_u (i32.const 0x40001)))
    (if (i32.or
          (i32.rem_u (i32.or (i32.const 0x7800) (local.get $type)) (i32.const 31))
          (i32.and (local.get $type) (i32.const 0x20)))
      (then (return (i32.const 0))))
    (loop $nextBlock
      (if (i32.gt_u (global.get $in) (i32.add (global.get $inEnd) (i32.const 8))) (then (return (i32.const 0))))
      (call $refill)
      (local.set $final (call $take (i64.const 1)))
      (local.set $type (call $take (i64.const 2)))
      (local.set $done (i32.const 0))
      (if (i32.eqz (local.get $type)) (then (local.set $done (call $readStored))))
      (if (i32.eq (local.get $type) (i32.const 1)) (then (local.set $done (call $readFixed))))
      (if (i32.eq (local.get $type) (i32.const 2))
        (then
          (if (call $readCodes) (then (local.set $done (call $readSymbols))))))
      (if (i32.eqz (local.get $done)) (then (return (i32.const 0))))
      (br_if $nextBlock (i32.eqz (local.get $final))))
    (call $align)
    (if (i32.or
          (i32.ne (i32.add (global.get $in) (i32.const 4)) (global.get $inEnd))
          (i32.ne (global.get $out) (global.get $outEnd)))
      (then (return (i32.const 0))))
    (v128.store (global.get $outEnd) (v128.const i64x2 0 0))
    (local.set $type (call $adler (local.get $rawLength)))
    (i32.and
      (i32.eq
        (i32.or
          (i32.shl (i32.load8_u (global.get $in)) (i32.const 8))
          (i32.load8_u offset=1 (global.get $in)))
        (i32.shr_u (local.get $type) (i32.const 16)))
      (i32.eq
        (i32.or
          (i32.shl (i32.load8_u offset=2 (global.get $in)) (i32.const 8))
          (i32.load8_u offset=3 (global.get $in)))
        (i32.and (local.get $type) (i32.const 0xffff)))))

  (func $absolute (param $x i32) (result i32)
    (local $sign i32)
    (local.set $sign (i32.shr_s (local.get $x) (i32.const 31)))
    (i32.sub (i32.xor (local.get $x) (local.get $sign)) (local.get $sign)))

  ;; What Paeth's filter made $filtered of. What lies between prediction and neighbours is known but for the sign.
  (func $unpaeth (param $filtered i32) (param $left i32) (param $above i32) (param $corner i32) (result i32)
    (local $toLeft i32) (local $toAbove i32) (local $toCorner i32)
    (local.set $toLeft (i32.sub (local.get $above) (local.get $corner)))
    (local.set $toAbove (i32.sub (local.get $left) (local.get $corner)))
    (local.set $toCorner (call $absolute (i32.add (local.get $toLeft) (local.get $toAbove))))
    (local.set $toLeft (call $absolute (local.get $toLeft)))
    (local.set $toAbove (call $absolute (local.get $toAbove)))
    (i32.and
      (i32.add
        (local.get $filtered)
        (select
          (local.get $left)
          (select
            (local.get $above)
            (local.get $corner)
            (i32.le_u (local.get $toAbove) (local.get $toCorner)))
          (i32.and
            (i32.le_u (local.get $toLeft) (local.get $toAbove))
            (i32.le_u (local.get $toLeft) (local.get $toCorner)))))
      (i32.const 255)))

  ;; Undoes the filters of the last byte of each pixel in $rows rows of $width pixels of $step bytes. The result goes where the
  ;; rows stand: byte i of it comes from behind byte i of them. Returns 0 for a filter that is none.
  (func (export "unfilter") (param $width i32) (param $rows i32) (param $step i32) (result i32)
    (local $y i32) (local $from i32) (local $to i32) (local $end i32) (local $type i32)
    (local $left i32) (local $above i32) (local $corner i32)
    (local $next i32) (local $nextLeft i32) (local $nextCorner i32) (local $aboveFirst i32)
    (local.set $from (i32.const 0x250000))
    (local.set $to (i32.const 0x250000))
    (loop $nextRow
      (local.set $type (i32.load8_u (local.get $from)))
      (if (i32.gt_u (local.get $type) (i32.const 4)) (then (return (i32.const 0))))
      (if (i32.eqz (local.get $y))
        (then (local.set $type (i32.load8_u offset=0x513 (local.get $type)))))
      (local.set $from (i32.add (local.get $from) (local.get $step)))
      (local.set $end (i32.add (local.get $to) (local.get $width)))
      (local.set $left (i32.const 0))
      (local.set $corner (i32.const 0))
      (if (i32.eqz (local.get $type))
        (then
          (loop $next
            (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
            (local.set $from (i32.add (local.get $from) (local.get $step)))
            (br_if $next
              (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 1))) (local.get $end))))))
      (if (i32.eq (local.get $type) (i32.const 1))
        (then
          (loop $next
            (local.set $left (i32.add (local.get $left) (i32.load8_u (local.get $from))))
            (i32.store8 (local.get $to) (local.get $left))
            (local.set $from (i32.add (local.get $from) (local.get $step)))
            (br_if $next
              (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 1))) (local.get $end))))))
      (if (i32.eq (local.get $type) (i32.const 2))
        (then
          (loop $next
            (i32.store8
              (local.get $to)
              (i32.add
                (i32.load8_u (local.get $from))
                (i32.load8_u (i32.sub (local.get $to) (local.get $width)))))
            (local.set $from (i32.add (local.get $from) (local.get $step)))
            (br_if $next
              (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 1))) (local.get $end))))))
      (if (i32.eq (local.get $type) (i32.const 3))
        (then
          (loop $next
            (local.set $left
              (i32.and
                (i32.add
                  (i32.load8_u (local.get $from))
                  (i32.shr_u
                    (i32.add
                      (local.get $left)
                      (i32.load8_u (i32.sub (local.get $to) (local.get $width))))
                    (i32.const 1)))
                (i32.const 255)))
            (i32.store8 (local.get $to) (local.get $left))
            (local.set $from (i32.add (local.get $from) (local.get $step)))
            (br_if $next
              (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 1))) (local.get $end))))))
      (if (i32.eq (local.get $type) (i32.const 5))
        (then
          (loop $next
            (local.set $left
              (i32.and
                (i32.add (i32.load8_u (local.get $from)) (i32.shr_u (local.get $left) (i32.const 1)))
                (i32.const 255)))
            (i32.store8 (local.get $to) (local.get $left))
            (local.set $from (i32.add (local.get $from) (local.get $step)))
            (br_if $next
              (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 1))) (local.get $end))))))
      (if (i32.eq (local.get $type) (i32.const 4))
        (then
          ;; A pixel waits for the one on its left. Where the next row has this filter, too, it follows a pixel behind, so that two
          ;; wait at a time; with pixels of one byte it would write where this row is still to be read.
          (local.set $next (i32.add (local.get $from) (i32.mul (local.get $width) (local.get $step))))
          (if (i32.and
                (i32.and
                  (i32.gt_u (local.get $step) (i32.const 1))
                  (i32.lt_u (i32.add (local.get $y) (i32.const 1)) (local.get $rows)))
                (i32.eq
                  (i32.load8_u (i32.sub (i32.add (local.get $next) (i32.const 1)) (local.get $step)))
                  (i32.const 4)))
            (then
              (local.set $next (i32.add (local.get $next) (i32.const 1)))
              (local.set $nextLeft (i32.const 0))
              (local.set $nextCorner (i32.const 0))
              (local.set $y (i32.add (local.get $y) (i32.const 1)))
              (loop $nextPixel
                (local.set $above (i32.load8_u (i32.sub (local.get $to) (local.get $width))))
                (local.set $above
                  (call $unpaeth
                    (i32.load8_u (local.get $from))
                    (local.get $left)
                    (local.tee $aboveFirst (local.get $above))
                    (local.get $corner)))
                (local.set $corner (local.get $aboveFirst))
                (local.set $from (i32.add (local.get $from) (local.get $step)))
                (i32.store8 (local.get $to) (local.get $above))
                (if (i32.gt_u (local.get $to) (i32.sub (local.get $end) (local.get $width)))
                  (then
                    (local.set $nextLeft
                      (call $unpaeth
                        (i32.load8_u (local.get $next))
                        (local.get $nextLeft)
                        (local.get $left)
                        (local.get $nextCorner)))
                    (i32.store8
                      (i32.add (local.get $to) (i32.sub (local.get $width) (i32.const 1)))
                      (local.get $nextLeft))
                    (local.set $nextCorner (local.get $left))
                    (local.set $next (i32.add (local.get $next) (local.get $step)))))
                (local.set $left (local.get $above))
                (br_if $nextPixel
                  (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 1))) (local.get $end))))
              (i32.store8
                (i32.add (local.get $to) (i32.sub (local.get $width) (i32.const 1)))
                (call $unpaeth
                  (i32.load8_u (local.get $next))
                  (local.get $nextLeft)
                  (local.get $left)
                  (local.get $nextCorner)))
              (local.set $to (i32.add (local.get $to) (local.get $width)))
              (local.set $from (i32.add (local.get $next) (local.get $step))))
            (else
              (loop $nextPixel
                (local.set $above (i32.load8_u (i32.sub (local.get $to) (local.get $width))))
                (local.set $left
                  (call $unpaeth
                    (i32.load8_u (local.get $from))
                    (local.get $left)
                    (local.get $above)
                    (local.get $corner)))
                (local.set $corner (local.get $above))
                (i32.store8 (local.get $to) (local.get $left))
                (local.set $from (i32.add (local.get $from) (local.get $step)))
                (br_if $nextPixel
                  (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 1))) (local.get $end))))))))
      ;; The next row begins a byte before where its first pixel's last byte was counted from.
      (local.set $from (i32.sub (i32.add (local.get $from) (i32.const 1)) (local.get $step)))
      (br_if $nextRow (i32.lt_u (local.tee $y (i32.add (local.get $y) (i32.const 1))) (local.get $rows))))
    (i32.const 1))
)
