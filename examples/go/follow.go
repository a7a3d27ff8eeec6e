package main

// The part to copy: calls that are repeated safely, and a session's log followed across cuts and server restarts.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"log"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	pb "example.com/ask/gen/meanwhile/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
)

const (
	callTimeout = 10 * time.Second // of each try of a unary call
	patience    = 5 * time.Second  // a refusal that asks for a longer pause (a full queue) is the caller's
	silence     = 45 * time.Second // a stream without a sign of life for three heartbeat intervals is dead
	tries       = 12
)

var (
	cut              = []codes.Code{codes.Unavailable, codes.DeadlineExceeded, codes.Canceled, codes.ResourceExhausted}
	cutWithoutReason = []codes.Code{codes.Internal, codes.Unknown} // a connection that broke in the middle
)

var address string // of the one connection, to tell of it

func connect(server string) (*grpc.ClientConn, error) {
	address = server
	reconnect := backoff.DefaultConfig
	reconnect.MaxDelay = 5 * time.Second // the default lets a client sleep two minutes after a restart
	return grpc.NewClient(server,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: reconnect, MinConnectTimeout: 5 * time.Second}),
		// The server allows a ping every 10 s.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}))
}

// details is what the server says of a refusal: its reason and the facts beside it, and the pause it asks for.
func details(err error) (info *errdetails.ErrorInfo, asked time.Duration) {
	for _, detail := range status.Convert(err).Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			info = detail
		case *errdetails.RetryInfo:
			asked = detail.GetRetryDelay().AsDuration()
		}
	}
	return info, asked
}

func inWords(err error) string {
	info, _ := details(err)
	var facts []string
	for key, value := range info.GetMetadata() {
		facts = append(facts, key+" = "+value)
	}
	slices.Sort(facts)
	said := status.Convert(err)
	return fmt.Sprintf("%s %s (%s): %s", said.Code(), info.GetReason(), strings.Join(facts, ", "), said.Message())
}

// isCut says whether a stream only broke, so that it is worth another call, or was refused.
func isCut(err error) bool {
	info, _ := details(err)
	code := status.Code(err)
	return slices.Contains(cut, code) || slices.Contains(cutWithoutReason, code) && info == nil
}

// pause waits twice as long each time, up to 5 s, with jitter, and never shorter than the server asks; it tells of the
// first failure in a row.
func pause(ctx context.Context, failures int, err error) {
	info, asked := details(err)
	if reason := info.GetReason(); failures == 1 && reason == "" {
		log.Printf("no connection to %s (%s); trying again", address, status.Convert(err).Message())
	} else if failures == 1 && reason != "EPOCH_CHANGED" && reason != "CURSOR_AHEAD" {
		log.Printf("%s; trying again", inWords(err))
	}
	step := min(5*time.Second, 100*time.Millisecond<<min(failures, 10))
	select {
	case <-time.After(max(asked, step/2+rand.N(step/2))):
	case <-ctx.Done():
	}
}

// call repeats a unary call while that may help. Requests that change something need a request_id for this.
func call[Request, Response any](ctx context.Context,
	method func(context.Context, Request, ...grpc.CallOption) (Response, error), request Request) (Response, error) {
	for failures := 1; ; failures++ {
		limited, cancel := context.WithTimeout(ctx, callTimeout)
		response, err := method(limited, request)
		cancel()
		_, asked := details(err)
		code := status.Code(err)
		passing := code == codes.Unavailable || code == codes.DeadlineExceeded || asked > 0 && asked <= patience
		if err == nil || !passing || failures == tries || ctx.Err() != nil {
			return response, err
		}
		pause(ctx, failures, err)
	}
}

// follow yields each log entry behind the request's cursor once, in order; nil and no error: the server's log is
// another one now, drop what you hold. A refusal comes last. With a MessageId it ends with that message, else it goes
// on for ever, or until the session is deleted, or closed and done. The request's cursor (Epoch, AfterSequence) moves
// along: keep both with what you hold, and start from them the next time.
func follow(ctx context.Context, client pb.SessionServiceClient,
	request *pb.ResponseChunksRequest) iter.Seq2[*pb.ResponseEntry, error] {
	return func(yield func(*pb.ResponseEntry, error) bool) {
		request.Follow = true
		failures := 0
		for {
			done, err := readStream(ctx, client, request, &failures, yield)
			info, _ := details(err)
			switch {
			case done:
				return
			case info.GetReason() == "EPOCH_CHANGED" || info.GetReason() == "CURSOR_AHEAD":
				request.Epoch, request.AfterSequence = info.GetMetadata()["epoch"], 0
				if !yield(nil, nil) {
					return
				}
			case ctx.Err() != nil || !isCut(err):
				yield(nil, err)
				return
			}
			failures++
			pause(ctx, failures, err)
		}
	}
}

// readStream reads one stream and says whether there is nothing more to read. A sign of life ends a row of failures.
func readStream(ctx context.Context, client pb.SessionServiceClient, request *pb.ResponseChunksRequest,
	failures *int, yield func(*pb.ResponseEntry, error) bool) (done bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watchdog := time.AfterFunc(silence, cancel)
	defer watchdog.Stop()
	stream, err := client.ResponseChunks(ctx, request)
	if err != nil {
		return false, err
	}
	for {
		response, err := stream.Recv()
		if err == io.EOF { // no error, yet without an end: a cut as well
			return false, status.Error(codes.Unavailable, "the stream ended in the middle")
		} else if err != nil {
			return false, err
		}
		watchdog.Reset(silence)
		switch event := response.Event.(type) { // anything else is an event of a later server
		case *pb.ResponseChunksResponse_Started:
			request.Epoch = event.Started.Epoch
		case *pb.ResponseChunksResponse_Entries:
			*failures = 0
			for _, entry := range event.Entries.Entries {
				request.AfterSequence = entry.Sequence
				if !yield(entry, nil) || request.MessageId != "" && terminal(entry) {
					return true, nil
				}
			}
		case *pb.ResponseChunksResponse_Heartbeat:
			*failures = 0
			request.AfterSequence = event.Heartbeat.LastSequence
		case *pb.ResponseChunksResponse_Closing:
			request.AfterSequence = event.Closing.ResumeAfter
			switch event.Closing.Reason {
			case pb.ClosingReason_CLOSING_REASON_CAUGHT_UP, pb.ClosingReason_CLOSING_REASON_SESSION_DELETED:
				return true, nil
			}
		}
	}
}

func terminal(entry *pb.ResponseEntry) bool {
	return entry.GetCompleted() != nil || entry.GetFailed() != nil || entry.GetCancelled() != nil
}

// answer is what the entries of one message add up to.
type answer struct {
	chunks []string
	end    *pb.ResponseEntry
}

func (a *answer) add(entry *pb.ResponseEntry) {
	switch kind := entry.Kind.(type) { // nil is a kind of a later server: its sequence is all that counts
	case *pb.ResponseEntry_Text:
		a.chunks = append(a.chunks, kind.Text.Text)
	case *pb.ResponseEntry_AttemptReset:
		a.chunks = nil // the attempt failed, the next one starts anew
	}
	if terminal(entry) {
		a.end = entry
	}
}

func (a *answer) text() string { return strings.Join(a.chunks, "") }

// whole says whether the answer was completed, and is byte for byte what the server stored.
func (a *answer) whole() bool {
	stored := a.end.GetCompleted()
	digest := sha256.Sum256([]byte(a.text()))
	return stored != nil && stored.Sha256 == hex.EncodeToString(digest[:]) &&
		int(stored.ChunkCount) == len(a.chunks) && int(stored.ByteCount) == len(a.text())
}
