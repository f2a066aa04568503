// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

// adversarialCases is what a tail sampler of agents' traces must stand, and the tests that show it. A test is named with
// the folder it stands in, seen from here.
var adversarialCases = []struct{ what, tests string }{
	1: {
		"order and batching of arrival play no part",
		"TestProperty_orderAndBatchingOfArrivalDoNotMatter TestOracle_unionOfReleasesIsOneTree internal/policy.TestMerge_doesNotDependOnTheOrder",
	},
	2: {
		"the root comes late",
		`TestAdversarial_lateRootBecomesAChildOfTheRoot TestAdversarial_lateSpansHaveTheThresholdOfTheirTrace
		TestAdversarial_lateRootOfADroppedTraceBringsNoHalfTrace TestAdversarial_slowRootOfADroppedTraceBringsItBack`,
	},
	3: {
		"an error comes when its trace was dropped",
		`TestLate_errorBringsADroppedTraceBackWhole TestLate_errorOfATraceThatIsGoneGoesOutAsAStub TestStub_rootSaysThatTheRestIsGone
		TestLate_errorBringsBackATraceThatGaveWayToOthers TestAdversarial_lateErrorOfADroppedTraceIsCounted`,
	},
	4: {
		"a log record tells of it",
		"TestLate_logRecordBringsADroppedTraceBack TestAdversarial_lateExceptionOrEvaluationRecord",
	},
	5: {
		"clocks are off by years, run backwards, or are not set",
		`TestAdversarial_clocksThatAreTenYearsOff internal/policy.TestEvidence_durationOfBrokenClocksIsNone
		internal/policy.TestEvidence_brokenClocksAreNoOutliers`,
	},
	6: {
		"spans come twice, more complete ones, and whole requests again",
		`TestAdversarial_duplicatesComeOutOnce TestAdversarial_spansWithOneIDAreNeverMergedSilently
		TestAdversarial_retriedRequestAfterTheReleaseIsDropped TestAdversarial_copiesAreNoEvidence
		TestAdversarial_refusedRequestThatIsSentAgainCountsOnce`,
	},
	7: {"a flood of traces of one span", "TestAdversarial_floodOfTracesOfOneSpan TestMemory_isWhatTheBudgetSays"},
	8: {
		"one trace of 100,000 spans, of a gigabyte, one span of 64 MiB",
		`TestAdversarial_chainOfAHundredThousandSpans TestAdversarial_giantTraceIsCutAndKeepsItsErrors
		TestGiant_isOneTreeOfWhatIsAllowed
		TestAdversarial_traceOfAGigabyte TestAdversarial_oneHugeSpanDoesNotStarveOthers TestSize_aTraceThatOutgrowsItsShareIsJudged`,
	},
	9: {
		"ids that are zero, that collide, that are half empty",
		`TestAdversarial_zeroIDsAreDroppedAndCounted TestAdversarial_equalLowHalvesOfTraceIDsDoNotMix
		TestAdversarial_halfEmptyTraceIDsAreSampledAtTheirRate TestAdversarial_tenantsWithTheSameIDsDoNotMix TestCore_spansLeaveByThePipelineTheyCameFrom`,
	},
	10: {"nothing but errors", "TestAdversarial_stormOfErrors TestFull_errorsGoWhenNothingElseIsLeft internal/policy.TestBudgetOfAll_errorsMayTakeTheRestOfTheHour"},
	11: {
		"the process ends inside a trace, and the storage is torn, damaged, full, read-only or of another version",
		`TestJournal_survivesACrash TestJournal_damagedEntriesAreDroppedAndCounted TestJournal_brokenStorageStopsNothing
		TestAdversarial_storageThatIsReadOnlyOrFullStopsNeitherStartNorWork TestMemo_damagedDecisionsStopNothing`,
	},
	12: {"several roots, or none", "TestAdversarial_severalRoots TestAdversarial_noRootAtAll ../../internal/tree.TestRoot_prefersTrueRoots"},
	13: {"a parent in another process, told or not", "TestAdversarial_remoteParentThatNeverComes TestFixtures_comeOutTheSameHoweverTheyCome"},
	14: {
		"spans that are their own parent, and longer cycles",
		"TestAdversarial_cyclesAreCutAtTheirEarliestSpan ../../internal/tree.TestBuild_cycleIsCutAtEarliestSpan",
	},
	15: {"a chain of 100,000 spans of which the ends stay", "TestAdversarial_chainOfAHundredThousandSpans ../../internal/tree.TestBuild_chainOfAHundredThousand"},
	16: {
		"the root is left out, with no, one or several children",
		"TestAdversarial_prunedRoot TestAdversarial_madeRootTakesThePlaceOfThePrunedOne",
	},
	17: {
		"releases that alternate, roll back, are a thousand, have no version; a restart; the end of a window",
		`internal/policy.TestNewRelease_flappingAndRollbackAreNotNew internal/policy.TestNewRelease_aThousandVersionsDoNotDefeatTheSampling
		internal/policy.TestSnapshot_aRestartMakesNothingNew internal/policy.TestNewRelease_endsInAFade TestMemo_releasesAreKnownAfterARestart`,
	},
	18: {
		"a conversation over three replicas, at another rate, with an id that comes late, or with two",
		`TestAdversarial_replicasAgreeOnAConversation internal/policy.TestHash_smallerShareIsPartOfTheLarger
		TestAdversarial_conversationThatIsToldLateChangesNothing internal/policy.TestConversations_ofOneTraceAreKeptWholeAndCountLess`,
	},
	19: {
		"the next component is slow, away, refuses for good or in part",
		`TestOutbox_aHungConsumerHoldsUpNobody TestOutbox_whatIsRefusedForEverHoldsUpNobody TestAdversarial_nextComponentAwayForTenMinutes TestOutbox_permanentErrorsLoseOnlyTheirTrace
		TestOutbox_retriesOnlyWhatWasNotTaken TestOutage_ofATraceThatIsKeptNothingAcceptedIsLost`,
	},
	20: {"other rules inside a trace", "TestAdversarial_otherRulesAfterARestart internal/policy.TestRestore_rulesMayHaveChanged"},
	21: {
		"names without end",
		"internal/policy.TestNewRelease_aThousandVersionsDoNotDefeatTheSampling internal/policy.TestPromoted_isBounded internal/policy.TestCalls_tooManyAreStillCounted",
	},
	22: {"a trace state that is malformed, stricter, or has its own randomness", "TestAdversarial_malformedTraceStateIsLeftAlone"},
	23: {
		"a million traces: the counts add up, the hash is even, a smaller share is part of a larger",
		"internal/policy.TestWeights_addUpToTheTracesThatCame internal/policy.TestHash_isEven internal/policy.TestHash_smallerShareIsPartOfTheLarger",
	},
	24: {"a second for the shutdown, whatever is open", "TestAdversarial_shutdownInTimeWhateverIsOpen"},
	25: {
		"requests during the shutdown, and messages that others hold",
		`TestShutdown_deliversWhatWasAcceptedMeanwhile TestAdversarial_nothingOfTheIncomingMessageIsKept TestConsume_requestsStayAsTheyAre`,
	},
	26: {"two hours without a span, as a human is asked", "TestAdversarial_humanInTheLoop"},
	27: {
		"messages with nothing in them, and with 10,000 resources",
		"TestAdversarial_emptyMessages TestAdversarial_requestOfTenThousandResources TestAdversarial_resourceComesOutOnceHoweverManyPartsItCameIn",
	},
	28: {"whatever decodes", "FuzzConsumeTraces ../../internal/tree.FuzzBuild internal/repair.FuzzParseKnown"},
}

// TestAdversarialCases_haveTheirTests holds the table against the tests that there are.
func TestAdversarialCases_haveTheirTests(t *testing.T) {
	require.Len(t, adversarialCases, 29)
	known := map[string]map[string]bool{}
	for number, c := range adversarialCases[1:] {
		assert.NotEmpty(t, strings.Fields(c.tests), "case %d", number+1)
		for name := range strings.FieldsSeq(c.tests) {
			dir := "."
			if at := strings.LastIndexByte(name, '.'); at >= 0 {
				dir, name = name[:at], name[at+1:]
			}
			if known[dir] == nil {
				known[dir] = testsIn(t, dir)
			}
			assert.True(t, known[dir][name], "case %d (%s): there is no %s in %s", number+1, c.what, name, dir)
		}
	}
}

func testsIn(t *testing.T, dir string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	require.NoError(t, err)
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, declaration := range f.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok {
				names[function.Name.Name] = true
			}
		}
	}
	return names
}

func TestAdversarial_lateSpansHaveTheThresholdOfTheirTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, func(c *Config) { c.Rules = []policy.Rule{keep("half", 50)} })
		for n := range byte(40) {
			s.send(traces(spec{trace: n, id: 2, parent: 1, kind: "llm", start: 10}))
		}
		time.Sleep(time.Minute)
		for n := range byte(40) {
			s.send(traces(spec{trace: n, id: 1, kind: "tool"}))
		}
		out := s.stop()
		kept := requireTrees(t, out...)
		assert.InDelta(t, 20, kept, 12)
		spans := spansOfAll(out...)
		assert.Len(t, spans, 2*kept)
		for _, span := range spans {
			assert.Equal(t, "ot=th:8", span.TraceState().AsRaw())
		}
	})
}

// TestAdversarial_slowRootOfADroppedTraceBringsItBack has a rule for what takes long, which only the root tells.
func TestAdversarial_slowRootOfADroppedTraceBringsItBack(t *testing.T) {
	f := func(want, seconds int) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := startSampler(t, func(c *Config) {
				all := 100.0
				c.Rules = []policy.Rule{{Name: "slow", When: &policy.When{MinDuration: 30 * time.Second}, Keep: &all}, keep("none", 0)}
			})
			s.send(traces(spec{id: 2, parent: 1, kind: "llm"}))
			time.Sleep(time.Minute)
			s.send(traces(spec{id: 1, kind: "tool", end: 1000 * seconds}))
			assert.Len(t, shape(s.stop()...), want)
		})
	}
	f(2, 31)
	f(0, 29)
}

func TestAdversarial_lateExceptionOrEvaluationRecord(t *testing.T) {
	f := func(want int, change func(*Config), r record) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := afterDrop(t, change, func(s *logSampler) { s.sendLogs(r) })
			out := s.stop()
			require.Len(t, out, want)
			for _, td := range out {
				require.Len(t, shape(td), 2)
				assert.NotEmpty(t, eventsOf(td)[id(2)], "it is an event of its span")
			}
		})
	}
	f(1, nil, record{
		span: 2, name: "exception", at: 5, severity: plog.SeverityNumberError,
		attributes: map[string]any{"exception.type": "Timeout"},
	})
	f(0, nil, record{
		span: 2, name: "exception", at: 5, severity: plog.SeverityNumberInfo,
		attributes: map[string]any{"exception.type": "Timeout"},
	})
	byLabel := func(c *Config) {
		all := 100.0
		label := policy.When{Attributes: map[string]any{"gen_ai.evaluation.score.label": "fail"}}
		c.Rules = []policy.Rule{{Name: "bad", When: &label, Keep: &all}, keep("none", 0)}
	}
	score := func(label string) record {
		return record{span: 2, name: "gen_ai.evaluation.result", at: 5, attributes: map[string]any{
			"gen_ai.evaluation.name": "correctness", "gen_ai.evaluation.score.label": label,
		}}
	}
	f(1, byLabel, score("fail"))
	f(0, byLabel, score("pass"))
}

func TestAdversarial_refusedRequestThatIsSentAgainCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSampler(t, tinyMemory)
		away := &outage{until: time.Now().Add(time.Minute)}
		s.start(away)
		refused, accepted := 0, 0
		for n := range uint16(40) {
			for s.traces.ConsumeTraces(context.Background(), payload(n, 100<<10, true)) != nil {
				refused++
				time.Sleep(time.Second)
			}
			accepted++
		}
		s.stop()
		assert.Positive(t, refused)
		assert.Equal(t, accepted, requireTrees(t, away.AllTraces()...))
		sum := 0.0
		for _, td := range away.AllTraces() {
			count, _ := rootOf(t, td).Attributes().Get(contract.SamplingAdjustedCount)
			sum += count.Double()
		}
		assert.InDelta(t, accepted, sum, 0)
	})
}

// TestAdversarial_traceOfAGigabyte sends a trace in pieces, between traces of others.
func TestAdversarial_traceOfAGigabyte(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const budget, piece = 64 << 20, 4 << 20
	var released atomic.Int64
	next, err := consumer.NewTraces(func(_ context.Context, td ptrace.Traces) error {
		released.Add(int64(td.SpanCount()))
		return nil
	})
	require.NoError(t, err)
	s := newSampler(t, func(c *Config) {
		c.Memory.MaxBytes = budget
		onlyErrors(c)
	})
	s.start(next)
	sent := 0
	for n := range (1 << 30) / piece {
		td := payload(1, piece, n == 0)
		spansOfAll(td)[0].SetSpanID(wide(n + 1))
		for s.traces.ConsumeTraces(context.Background(), td) != nil {
			time.Sleep(moment)
		}
		sent++
		if n%16 == 0 {
			for s.traces.ConsumeTraces(context.Background(), payload(uint16(100+n), 100, true)) != nil {
				time.Sleep(moment)
			}
			sent++
			assert.LessOrEqual(t, s.count("bytes_held"), 1.15*budget)
		}
	}
	require.NoError(t, s.traces.Shutdown(context.Background()))
	assert.EqualValues(t, sent, released.Load(), "every span of it, and all others")
}

func TestAdversarial_halfEmptyTraceIDsAreSampledAtTheirRate(t *testing.T) {
	f := func(name string, of func(n int) pcommon.TraceID) {
		t.Helper()
		const n = 2000
		s := startSampler(t, func(c *Config) { c.Rules = []policy.Rule{keep("half", 50)} })
		td := traces()
		spans := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
		for i := range n {
			spec{id: 1, kind: "llm"}.put(spans.AppendEmpty())
			spans.At(i).SetTraceID(of(i + 1))
		}
		s.send(td)
		assert.InDelta(t, n/2, len(s.stop()), 70, name) // three standard deviations
	}
	f("the first half is empty", func(n int) pcommon.TraceID { return pcommon.TraceID{14: byte(n >> 8), 15: byte(n)} })
	f("the last half is empty", func(n int) pcommon.TraceID { return pcommon.TraceID{0: byte(n >> 8), 1: byte(n)} })
	f("the last half is the same", func(n int) pcommon.TraceID { return pcommon.TraceID{0: byte(n >> 8), 1: byte(n), 15: 7} })
}

// TestAdversarial_tenantsWithTheSameIDsDoNotMix sends spans and records of two tenants that have all ids in common, and a
// crash in between.
func TestAdversarial_tenantsWithTheSameIDsDoNotMix(t *testing.T) {
	of := func(name string, resource pcommon.Map) {
		if name != "" {
			resource.PutStr("tenant.id", name)
		}
	}
	spans := func(tenant string, all ...spec) ptrace.Traces {
		td := traces(all...)
		of(tenant, td.ResourceSpans().At(0).Resource().Attributes())
		return td
	}
	d := newDisk()
	change := func(c *Config) {
		onlyErrors(c)
		c.Tenant = []string{"tenant.id"}
	}
	crashed := withStorage(t, d, change)
	crashed.start(consumertest.NewNop())
	crashed.send(joined([]ptrace.Traces{
		spans("a", spec{id: 2, parent: 1, kind: "llm", failed: true}),
		spans("b", spec{id: 2, parent: 1, kind: "llm"}),
		spans("", spec{id: 2, parent: 1, kind: "llm", failed: true}),
	})[0])
	kept := d.copy()
	crashed.stop()

	s := withLogs(t, withStorage(t, kept, change))
	s.start(s.sink)
	for _, tenant := range []string{"a", "b", ""} {
		s.send(spans(tenant, spec{id: 1, kind: "tool", name: "root of " + tenant}))
		ld := logs(question)
		of(tenant, ld.ResourceLogs().At(0).Resource().Attributes())
		require.NoError(t, s.logs.ConsumeLogs(context.Background(), ld))
	}
	s.stop()
	next := withStorage(t, kept, func(c *Config) {
		change(c)
		c.Complete = Complete{AfterRoot: 1, Idle: 1, Max: 1}
	})
	next.start(next.sink)
	require.Eventually(t, func() bool { return kept.len() == 0 }, eventually, moment)
	out := next.stop()
	require.Len(t, out, 2, "that of b has no error")
	for _, td := range out {
		requireTrees(t, td)
		require.Equal(t, 1, td.ResourceSpans().Len())
		v, _ := td.ResourceSpans().At(0).Resource().Attributes().Get("tenant.id")
		assert.Equal(t, "root of "+v.Str(), rootOf(t, td).Name())
		assert.Len(t, shape(td), 2)
		assert.Len(t, eventsOf(td)[id(1)], 1)
	}
	for _, d := range next.decisions.list() {
		assert.Equal(t, traceID(1), pcommon.TraceID(d.TraceID))
	}
}

func TestAdversarial_remoteParentThatNeverComes(t *testing.T) {
	f := func(flags uint32, seconds int, trigger string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := startSampler(t, nil)
			s.send(traces(spec{id: 2, parent: 1, kind: "llm", flags: flags}, spec{id: 3, parent: 2, kind: "tool", flags: 0x101, start: 1}))
			time.Sleep(time.Duration(seconds)*time.Second - time.Millisecond)
			assert.Empty(t, s.decisions.list())
			time.Sleep(2 * time.Millisecond)
			synctest.Wait()
			assert.Equal(t, trigger, s.decisions.only(t).Trigger)
			assert.Equal(t, map[string]string{id(2): "", id(3): id(2)}, shape(s.stop()...))
		})
	}
	f(0x301, 30, "idle") // told to be remote
	f(0, 30, "idle")     // nothing is told
	f(0x101, 600, "max") // told to be local: it is waited for
}

// TestAdversarial_conversationThatIsToldLateChangesNothing gives an id to late spans of traces that were kept or dropped
// by their own.
func TestAdversarial_conversationThatIsToldLateChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSampler(t, func(c *Config) { c.Rules = []policy.Rule{keep("half", 50)} })
		for n := range byte(60) {
			s.send(traces(spec{trace: n + 1, id: 1, kind: "llm"}))
		}
		time.Sleep(time.Minute)
		before := requireTrees(t, s.sink.AllTraces()...)
		for n := range byte(60) {
			s.send(traces(spec{trace: n + 1, id: 2, parent: 1, kind: "tool", attributes: map[string]any{
				"session.id": fmt.Sprint("conversation ", n%7),
			}}))
		}
		out := s.stop()
		assert.Equal(t, before, requireTrees(t, out...))
		assert.Len(t, spansOfAll(out...), 2*before)
	})
}

func TestAdversarial_nextComponentAwayForTenMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSampler(t, nil)
		away := &outage{until: time.Now().Add(10 * time.Minute)}
		s.start(away)
		for n := range byte(60) {
			s.send(traces(spec{trace: n + 1, id: 1, kind: "llm"}))
			time.Sleep(10 * time.Second)
		}
		time.Sleep(5 * time.Minute)
		assert.Equal(t, 60, requireTrees(t, away.AllTraces()...))
		s.stop()
	})
}
