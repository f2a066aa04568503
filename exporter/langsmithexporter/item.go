// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"time"

	"go.opentelemetry.io/collector/exporter/exporterhelper/xexporterhelper"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
)

// An item of a persistent queue:
//
//	magic    4 bytes  "LSQ" and a zero
//	version  1 byte
//	checksum 4 bytes  CRC-32C of what follows, little endian
//	route    string   name of the destination
//	groups   uvarint  their number, then for each:
//	  protocol 1 byte
//	  project  string
//	  runs     uvarint  their number, then for each:
//	    since  uvarint  Unix seconds; not in version 1
//	    run    string
//
// A string is its length as uvarint and its bytes. Runs are in the order in which they are sent within their group.
// There are no credentials in it: they belong to the destination.
const (
	itemMagic   = "LSQ\x00"
	itemVersion = 2
	itemOldest  = 1 // that can be read
	itemHeader  = len(itemMagic) + 1 + crc32.Size
)

// Reasons why an item cannot be read.
var (
	errItemVersion = errors.New("written by another version of the exporter")
	errItemDamaged = errors.New("damaged")
	errItemRoute   = errors.New("meant for another destination")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// marshalItem writes r for the destination called route.
func marshalItem(route string, r *request) []byte {
	groups, byGroup := groupChunks(r.chunks)
	size := itemHeader + len(route) + (2*len(groups)+2*len(r.chunks)+2)*binary.MaxVarintLen64 + r.bytes
	b := make([]byte, itemHeader, size)
	copy(b, itemMagic)
	b[len(itemMagic)] = itemVersion
	b = appendBytes(b, []byte(route))
	b = binary.AppendUvarint(b, uint64(len(groups)))
	for _, g := range groups {
		b = append(b, byte(g.protocol))
		b = appendBytes(b, []byte(g.project))
		b = binary.AppendUvarint(b, uint64(len(byGroup[g])))
		for _, c := range byGroup[g] {
			b = binary.AppendUvarint(b, uint64(c.since))
			b = appendBytes(b, c.data)
		}
	}
	binary.LittleEndian.PutUint32(b[itemHeader-crc32.Size:], crc32.Checksum(b[itemHeader:], castagnoli))
	return b
}

// groupChunks sorts chunks by what may go together, groups in the order in which they appear first.
func groupChunks(chunks []chunk) ([]group, map[group][]chunk) {
	var groups []group
	byGroup := map[group][]chunk{}
	for _, c := range chunks {
		if _, known := byGroup[c.group]; !known {
			groups = append(groups, c.group)
		}
		byGroup[c.group] = append(byGroup[c.group], c)
	}
	return groups, byGroup
}

func appendBytes(b, data []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(data)))
	return append(b, data...)
}

// unmarshalItem reads what marshalItem has written, now or before an upgrade. It copies the runs, since a storage may
// use its buffer again.
func unmarshalItem(route string, b []byte, now time.Time) (*request, error) {
	if len(b) < itemHeader || !bytes.HasPrefix(b, []byte(itemMagic)) {
		return nil, errItemDamaged
	}
	version := b[len(itemMagic)]
	if version < itemOldest || version > itemVersion {
		return nil, fmt.Errorf("%w: format %d", errItemVersion, version)
	}
	sum := binary.LittleEndian.Uint32(b[itemHeader-crc32.Size:])
	if crc32.Checksum(b[itemHeader:], castagnoli) != sum {
		return nil, errItemDamaged
	}
	d := decoder{rest: slices.Clone(b[itemHeader:])}
	if version == itemOldest {
		d.since = now.Unix() // not known: what is sure is that it is no younger
	}
	if string(d.bytes()) != route && !d.failed {
		return nil, errItemRoute
	}
	r := &request{}
	for range d.count() {
		d.group(r)
	}
	if d.failed || len(d.rest) > 0 {
		return nil, errItemDamaged
	}
	return r, nil
}

// decoder reads from the front of rest. After the first failure it returns zeros.
type decoder struct {
	rest   []byte
	since  int64 // of runs for which it was not written
	failed bool
}

func (d *decoder) group(r *request) {
	g := group{protocol: encode.Protocol(d.byte()), project: string(d.bytes())}
	for range d.count() {
		since := d.since
		if since == 0 {
			since = d.seconds()
		}
		if data := d.bytes(); !d.failed {
			r.append(chunk{group: g, since: since, data: data})
		}
	}
}

// count reads a number of things that take a byte each at least, so that a damaged one cannot ask for much work.
func (d *decoder) count() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 || n > uint64(len(d.rest)) {
		d.fail()
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

// seconds reads a time.
func (d *decoder) seconds() int64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 || n > math.MaxInt64 {
		d.fail()
		return 0
	}
	d.rest = d.rest[size:]
	return int64(n)
}

func (d *decoder) bytes() []byte {
	n := d.count()
	if n > uint64(len(d.rest)) {
		d.fail()
		return nil
	}
	data := d.rest[:n:n]
	d.rest = d.rest[n:]
	return data
}

func (d *decoder) byte() byte {
	if len(d.rest) == 0 {
		d.fail()
		return 0
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	return b
}

func (d *decoder) fail() {
	d.failed = true
	d.rest = nil
}

// encoding is how a destination's queue writes its items. What cannot be read is told, since the queue throws it away.
type encoding struct {
	route      string
	unreadable func(err error, item []byte)
}

// Marshal drops the caller's context: it holds what the client has sent along, credentials included.
func (e encoding) Marshal(_ context.Context, req xexporterhelper.Request) ([]byte, error) {
	r, ok := req.(*request)
	if !ok {
		return nil, fmt.Errorf("write queue item: not one of ours: %T", req)
	}
	return marshalItem(e.route, r), nil
}

func (e encoding) Unmarshal(b []byte) (context.Context, xexporterhelper.Request, error) {
	r, err := unmarshalItem(e.route, b, time.Now())
	if err != nil {
		e.unreadable(err, b)
		return context.Background(), nil, fmt.Errorf("read queue item: %w", err)
	}
	return context.Background(), r, nil
}
